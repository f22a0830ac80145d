/** Scored words by their 32-bit keys, in the arrays of an open hash table. */
export class WordWeights {
  readonly #mask: number;
  readonly #keys: Int32Array;
  readonly #weights: Int8Array;
  /** The last sum that a word went into, so that it counts once in a text. */
  readonly #seen: Uint32Array;
  #sums = 0;

  /** `weights` are not 0. At most half of the table is filled, so that few places are looked at. */
  constructor(keys: Int32Array, weights: Int8Array) {
    const size = 2 ** Math.ceil(Math.log2(2 * keys.length + 2));
    this.#mask = size - 1;
    this.#keys = new Int32Array(size);
    this.#weights = new Int8Array(size);
    this.#seen = new Uint32Array(size);
    for (const [index, key] of keys.entries()) {
      const slot = this.#slotOf(key);
      this.#keys[slot] = key;
      this.#weights[slot] = weights[index] ?? 0;
    }
  }

  /** The sum of the weights of the scored words among `keys`, each once, and how many they are. */
  sum(keys: Iterable<number>): { readonly words: number; readonly weight: number } {
    this.#sums = (this.#sums + 1) >>> 0;
    let words = 0;
    let weight = 0;
    for (const key of keys) {
      const slot = this.#slotOf(key);
      const found = this.#weights[slot] ?? 0;
      if (found === 0 || this.#seen[slot] === this.#sums) continue;
      this.#seen[slot] = this.#sums;
      words += 1;
      weight += found;
    }
    return { words, weight };
  }

  /** Where a key stands, or the free place where it would. */
  #slotOf(key: number): number {
    let slot = (key ^ (key >>> 15)) & this.#mask;
    while (this.#weights[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & this.#mask;
    return slot;
  }
}
