/**
 * The hashed features of one text, reused from text to text to spare allocations.
 *
 * `hashes[i]` is a 32-bit hash and `values[i]` its weight for i < `length`; `starts`/`ends` say which part of the
 * text it came from. The upper bits pick the bucket, so that tables of different sizes share one extraction.
 */
export class FeatureBuffer {
  hashes = new Uint32Array(4096);
  values = new Float32Array(4096);
  starts = new Uint16Array(4096);
  ends = new Uint16Array(4096);
  length = 0;
  /** Where the leading stretches end whose features all have one value. */
  readonly evenEnds: number[] = [];
  /** From here on features come from the lexicon's score. */
  lexiconFrom = 0;
  /** For features that a second, distant part of the text takes part in, where that part starts. */
  readonly partners = new Map<number, number>();

  clear(): void {
    this.length = 0;
    this.lexiconFrom = 0;
    this.partners.clear();
    this.evenEnds.length = 0;
  }

  beginLexicon(): void {
    this.lexiconFrom = this.length;
  }

  /** The feature that was added last is there because of what starts at `start` too. */
  shareWith(start: number): void {
    this.partners.set(this.length - 1, start);
  }

  add(hash: number, value: number, start: number, end: number): void {
    if (this.length === this.hashes.length) this.grow();
    const index = this.length;
    this.hashes[index] = mix(hash);
    this.values[index] = value;
    this.starts[index] = start;
    this.ends[index] = end;
    this.length = index + 1;
  }

  /**
   * Ends a stretch of features of value 1 that begins at `from`, the end of the stretch before: divides their values by the
   * square root of their number, so that long and short texts weigh the same.
   */
  normalise(from: number, weight: number): void {
    const count = this.length - from;
    if (count === 0) return;
    const factor = weight / Math.sqrt(count);
    for (let index = from; index < this.length; index += 1)
      this.values[index] = (this.values[index] ?? 0) * factor;
    this.evenEnds.push(this.length);
  }

  private grow(): void {
    const size = this.hashes.length * 2;
    this.hashes = resized(new Uint32Array(size), this.hashes);
    this.values = resized(new Float32Array(size), this.values);
    this.starts = resized(new Uint16Array(size), this.starts);
    this.ends = resized(new Uint16Array(size), this.ends);
  }
}

function resized<T extends Uint32Array | Float32Array | Uint16Array>(larger: T, old: T): T {
  larger.set(old);
  return larger;
}

/** Continues a hash with one more symbol (a character code, or the hash of a word). */
export function hashNext(hash: number, symbol: number): number {
  return Math.imul(hash ^ symbol, 0x01000193) ^ (hash >>> 15);
}

export function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) hash = hashNext(hash, text.charCodeAt(index));
  return hash;
}

// The last steps of MurmurHash3: every input bit reaches the upper bits, which choose the bucket.
function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
