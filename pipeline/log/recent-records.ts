import type { StoredChange } from './lmdb-environment.js';

interface Tail {
  first: number;
  records: Buffer[];
  /** How many at the front of `records` were given up; `first` is the offset of the one behind them. */
  gone: number;
  bytes: number;
}

/** Holes at the front are closed when they are more than this. */
const COMPACT_AT = 4_096;

/**
 * The newest records of each topic as they were stored, up to so many bytes a topic. Readers that keep up find theirs here:
 * what is read from the file instead is mapped into the process, page by page, and counts as its memory.
 */
export class RecentRecords {
  readonly #tails = new Map<string, Tail>();

  constructor(private readonly maxBytes: number) {}

  /** Takes over what a transaction has made durable. A record that was replaced or removed ends the tail of its topic. */
  note(changes: readonly StoredChange[]): void {
    for (const change of changes) {
      if (change.kind !== 'record' || !Array.isArray(change.key)) continue;
      const [topic, , offset] = change.key;
      if (typeof topic === 'string' && typeof offset === 'number') this.#noteOne(topic, offset, change.value);
    }
  }

  /** The stored bytes, or null when they must be read from the file. */
  get(topic: string, offset: number): Buffer | null {
    const tail = this.#tails.get(topic);
    if (tail === undefined || offset < tail.first) return null;
    return tail.records[tail.gone + offset - tail.first] ?? null;
  }

  #noteOne(topic: string, offset: number, value: Buffer | null): void {
    const tail = this.#tails.get(topic);
    if (value === null) this.#tails.delete(topic);
    else if (tail === undefined || offset !== tail.first + tail.records.length - tail.gone)
      this.#tails.set(topic, { first: offset, records: [value], gone: 0, bytes: value.length });
    else {
      tail.records.push(value);
      tail.bytes += value.length;
      shrink(tail, this.maxBytes);
    }
  }
}

/** Gives up the oldest; amortised O(1) a record. */
function shrink(tail: Tail, maxBytes: number): void {
  while (tail.bytes > maxBytes && tail.gone < tail.records.length - 1) {
    tail.bytes -= tail.records[tail.gone]?.length ?? 0;
    tail.records[tail.gone] = GIVEN_UP;
    tail.gone += 1;
    tail.first += 1;
  }
  if (tail.gone < COMPACT_AT) return;
  tail.records = tail.records.slice(tail.gone);
  tail.gone = 0;
}

const GIVEN_UP = Buffer.alloc(0);
