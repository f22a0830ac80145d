/** So many bytes can be added up in half a word before it overflows: 257 · 255 < 2^16. */
const MAX_ADDED = 257;
/** Weights are kept without a sign, so that no borrow runs from one into the next. */
const OFFSET = 128;

/**
 * The weights of a head, signed bytes, four classes to a word: adding up is half of the model's time, and so it takes two classes at once.
 *
 * Memory: a byte a weight, the number of classes rounded up to four.
 */
export class WeightTable {
  readonly #words: Uint32Array;
  readonly #wordsPerBucket: number;

  /** `weights` hold bucket after bucket, `classes` each. */
  constructor(
    weights: Int8Array,
    readonly classes: number,
  ) {
    const perBucket = Math.ceil(classes / 4);
    const words = new Uint32Array((weights.length / classes) * perBucket);
    for (let from = 0, word = 0; from < weights.length; from += classes, word += perBucket) {
      for (let k = 0; k < classes; k += 1) {
        const byte = (weights[from + k] ?? 0) + OFFSET;
        words[word + (k >> 2)] = (words[word + (k >> 2)] ?? 0) | (byte << (8 * (k & 3)));
      }
    }
    this.#words = words;
    this.#wordsPerBucket = perBucket;
  }

  weightOf(bucket: number, k: number): number {
    const word = this.#words[bucket * this.#wordsPerBucket + (k >> 2)] ?? 0;
    return ((word >>> (8 * (k & 3))) & 0xff) - OFFSET;
  }

  /** The weights of the buckets `hashes[i] >>> shift`, from ≤ i < to, added up for each class. */
  sum(hashes: Uint32Array, shift: number, from: number, to: number): Int32Array {
    const sums = new Int32Array(this.#wordsPerBucket * 4);
    for (let start = from; start < to; start += MAX_ADDED) {
      const end = Math.min(to, start + MAX_ADDED);
      for (let column = 0; column < this.#wordsPerBucket; column += 1)
        this.#addColumn(hashes, shift, start, end, column, sums);
    }
    return sums.subarray(0, this.classes);
  }

  /** Four classes: the first and third in the halves of one number, the second and fourth in those of another. */
  #addColumn(
    hashes: Uint32Array,
    shift: number,
    from: number,
    to: number,
    column: number,
    sums: Int32Array,
  ): void {
    const words = this.#words;
    const perBucket = this.#wordsPerBucket;
    let even = 0;
    let odd = 0;
    for (let entry = from; entry < to; entry += 1) {
      const word = words[((hashes[entry] as number) >>> shift) * perBucket + column] as number;
      even = (even + (word & 0x00ff00ff)) | 0;
      odd = (odd + ((word >>> 8) & 0x00ff00ff)) | 0;
    }
    const offset = (to - from) * OFFSET;
    const at = column * 4;
    sums[at] = (sums[at] as number) + (even & 0xffff) - offset;
    sums[at + 1] = (sums[at + 1] as number) + (odd & 0xffff) - offset;
    sums[at + 2] = (sums[at + 2] as number) + (even >>> 16) - offset;
    sums[at + 3] = (sums[at + 3] as number) + (odd >>> 16) - offset;
  }
}
