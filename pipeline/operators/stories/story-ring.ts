import type { ComparableSketch } from './compare-sketches.js';
import { KEYS, MAX_FACTS, MAX_TOKENS, type StorySketch } from './sketch-story.js';

/** Places of one bucket; the newest entries displace the oldest, so that a shingle that everybody uses costs no more. */
const WAYS = 8;
const STRIDE = MAX_TOKENS + MAX_FACTS;
const STORY_WORDS = 4;

/** What stands in the ring for a text that tells a story in new words. */
export interface StoryEntry {
  /** 32 hex digits. */
  readonly storyId: string;
  /** Event time, milliseconds. */
  readonly time: number;
  readonly sketch: StorySketch;
}

/**
 * The newest `capacity` sketches, found by their keys: locality-sensitive hashing with buckets of eight.
 *
 * Memory: 366 bytes an entry, allocated at once and used as it fills (96 MB at 262,144). What it answers depends on the newest
 * `capacity` entries and their order alone, so a ring that is filled with these again answers the same.
 */
export class StoryRing {
  readonly capacity: number;
  readonly #content: Uint32Array;
  readonly #shapes: Uint32Array;
  readonly #keys: Uint32Array;
  readonly #stories: Uint32Array;
  readonly #times: Float64Array;
  readonly #buckets: Uint32Array;
  readonly #turns: Uint8Array;
  /**
   * There are twice as many buckets as slots, so that one mask serves both: its bits of a key are the bucket's number; in a bucket's
   * place stand the key's other bits and, under the mask, the slot plus one. So other keys are told apart without a look at their slots,
   * each of which would be a miss of the processor's cache.
   */
  readonly #mask: number;
  /** Entries ever added; entry number n lies in slot n modulo capacity. */
  #added = 0;

  /** `capacity`: a power of two. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#content = new Uint32Array(capacity * STRIDE);
    this.#shapes = new Uint32Array(capacity);
    this.#keys = new Uint32Array(capacity * KEYS);
    this.#stories = new Uint32Array(capacity * STORY_WORDS);
    this.#times = new Float64Array(capacity);
    const buckets = capacity * 2;
    this.#buckets = new Uint32Array(buckets * WAYS);
    this.#turns = new Uint8Array(buckets);
    this.#mask = buckets - 1;
  }

  add({ storyId, time, sketch }: StoryEntry): void {
    const slot = this.#added % this.capacity;
    this.#added += 1;
    const { tokens, facts, keys, open } = sketch;
    this.#content.set(tokens, slot * STRIDE);
    this.#content.set(facts, slot * STRIDE + MAX_TOKENS);
    this.#shapes[slot] = tokens.length | (facts.length << 8) | (open ? 1 << 16 : 0);
    this.#keys.set(keys, slot * KEYS);
    for (let i = 0; i < STORY_WORDS; i++)
      this.#stories[slot * STORY_WORDS + i] = Number.parseInt(storyId.slice(i * 8, i * 8 + 8), 16);
    this.#times[slot] = time;
    for (const key of keys) this.#put(key, slot);
  }

  /** Slots with one of the keys, those with most of them first, the newest first among equals; at most `limit`. */
  candidates(keys: Uint32Array, limit: number): readonly number[] {
    const slots: number[] = [];
    const shared: number[] = [];
    for (let i = 0; i < KEYS; i++) {
      const key = keys[i] ?? 0;
      const bucket = key & this.#mask;
      for (let place = bucket * WAYS; place < (bucket + 1) * WAYS; place++) {
        const entry = this.#buckets[place] ?? 0;
        if (((entry ^ key) & ~this.#mask) !== 0 || (entry & this.#mask) === 0) continue;
        const slot = (entry & this.#mask) - 1;
        if (!this.#hasKey(slot, key)) continue;
        const known = slots.indexOf(slot);
        if (known < 0) shared[slots.push(slot) - 1] = 1;
        else shared[known] = (shared[known] ?? 0) + 1;
      }
    }
    this.#sort(slots, shared);
    return slots.length > limit ? slots.slice(0, limit) : slots;
  }

  isOneStory(a: number, b: number): boolean {
    for (let i = 0; i < STORY_WORDS; i++)
      if (this.#stories[a * STORY_WORDS + i] !== this.#stories[b * STORY_WORDS + i]) return false;
    return true;
  }

  sketchAt(slot: number): ComparableSketch {
    const shape = this.#shapes[slot] ?? 0;
    const from = slot * STRIDE;
    return {
      tokens: this.#content.subarray(from, from + (shape & 0xff)),
      facts: this.#content.subarray(from + MAX_TOKENS, from + MAX_TOKENS + ((shape >>> 8) & 0xff)),
      open: shape >>> 16 === 1,
    };
  }

  timeAt(slot: number): number {
    return this.#times[slot] ?? 0;
  }

  storyAt(slot: number): string {
    let id = '';
    for (let i = 0; i < STORY_WORDS; i++)
      id += (this.#stories[slot * STORY_WORDS + i] ?? 0).toString(16).padStart(8, '0');
    return id;
  }

  clear(): void {
    if (this.#added === 0) return;
    this.#buckets.fill(0);
    this.#added = 0;
  }

  /** Insertion sort: there are few, and neither comparator nor pairs are made for them. */
  #sort(slots: number[], shared: number[]): void {
    for (let i = 1; i < slots.length; i++) {
      const slot = slots[i] ?? 0;
      const count = shared[i] ?? 0;
      let at = i;
      for (; at > 0; at -= 1) {
        const before = slots[at - 1] ?? 0;
        const more = count - (shared[at - 1] ?? 0);
        if (more < 0 || (more === 0 && this.#age(slot) >= this.#age(before))) break;
        slots[at] = before;
        shared[at] = shared[at - 1] ?? 0;
      }
      slots[at] = slot;
      shared[at] = count;
    }
  }

  #put(key: number, slot: number): void {
    const bucket = key & this.#mask;
    const turn = this.#turns[bucket] ?? 0;
    this.#buckets[bucket * WAYS + turn] = (key & ~this.#mask) | (slot + 1);
    this.#turns[bucket] = (turn + 1) % WAYS;
  }

  /** False when the slot was taken by a newer entry since. */
  #hasKey(slot: number, key: number): boolean {
    for (let i = slot * KEYS; i < (slot + 1) * KEYS; i++) if (this.#keys[i] === key) return true;
    return false;
  }

  /** Entries that were added after the one in the slot. */
  #age(slot: number): number {
    return (this.#added - 1 - slot + this.capacity) % this.capacity;
  }
}
