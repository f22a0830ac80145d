import { FREQUENCY_MS, windowStart, type SeriesKey } from '../core/series.js';
import type { EvidenceRow, HistoryReader, HourBucket, TouchedWindow } from '../core/store.js';

export interface HistoryCache extends HistoryReader {
  /** Says that these windows changed in the store; their hours are read again before the next answer. */
  touch(windows: readonly TouchedWindow[]): void;
}

const HOUR_MS = FREQUENCY_MS['1h'];
/** Detection looks back 29 days; what is older leaves the memory. */
const KEEP_MS = 32 * 24 * HOUR_MS;
/** Later than any document; what comes after the first load is announced by `touch`. */
const END_OF_TIME = Date.UTC(2100, 0);
const EMPTY: readonly HourBucket[] = [];

/**
 * Keeps the hour buckets that detection looks at in memory, so that a tick reads from the store only what changed.
 *
 * The answers are those of the store: a bucket is dropped when a stored document touches its hour, and the first
 * question about an older period is passed on. Memory: about 150 bytes for each hour and series with documents, for 32 days.
 * `to` inside an hour takes that whole hour, which holds nothing later than the present.
 */
export function createHistoryCache(store: HistoryReader): HistoryCache {
  const memory = new HourMemory(store);
  return {
    touch: (windows) => {
      memory.touch(windows);
    },
    async activeSeries(from, to) {
      await memory.ready(from, to);
      return memory.active(from, to);
    },
    async hours(series, from, to) {
      await memory.ready(from, to);
      return new Map(series.map((key) => [key, memory.hours(key, from, to)]));
    },
    evidence: (series, from, to, limit): Promise<readonly EvidenceRow[]> =>
      store.evidence(series, from, to, limit),
    firstDocumentAt: () => memory.firstDocumentAt(),
  };
}

class HourMemory {
  readonly #bySeries = new Map<SeriesKey, Hours>();
  readonly #dirty = new Map<SeriesKey, { from: number; to: number }>();
  /** Everything at or after this time is in memory; null before the first question. */
  #loadedFrom: number | null = null;
  #firstDocumentAt: number | null = null;
  #queue: Promise<void> = Promise.resolve();

  constructor(readonly store: HistoryReader) {}

  touch(windows: readonly TouchedWindow[]): void {
    for (const { series, time } of windows) {
      const start = windowStart(time, '1h');
      if (this.#firstDocumentAt !== null && start <= this.#firstDocumentAt) this.#firstDocumentAt = null;
      const range = this.#dirty.get(series) ?? { from: start, to: start + HOUR_MS };
      this.#dirty.set(series, { from: Math.min(range.from, start), to: Math.max(range.to, start + HOUR_MS) });
    }
  }

  async firstDocumentAt(): Promise<number | null> {
    this.#firstDocumentAt ??= await this.store.firstDocumentAt();
    return this.#firstDocumentAt;
  }

  active(from: number, to: number): readonly SeriesKey[] {
    const found: SeriesKey[] = [];
    for (const [series, hours] of this.#bySeries) {
      if (hours.between(from, to).length > 0) found.push(series);
    }
    return found;
  }

  hours(series: SeriesKey, from: number, to: number): readonly HourBucket[] {
    return this.#bySeries.get(series)?.between(from, to) ?? EMPTY;
  }

  /** One question after the other: two refreshes at once would drop what the other one has just read. */
  ready(from: number, to: number): Promise<void> {
    const next = this.#queue.then(async () => {
      if (this.#loadedFrom === null || from < this.#loadedFrom) await this.#load(windowStart(from, '1h'));
      await this.#refresh();
      this.#prune(windowStart(to - KEEP_MS, '1h'));
    });
    this.#queue = next.catch(() => undefined);
    return next;
  }

  async #load(from: number): Promise<void> {
    const until = this.#loadedFrom ?? END_OF_TIME;
    this.#put(await this.store.hours(await this.store.activeSeries(from, until), from, until));
    this.#loadedFrom = from;
  }

  async #refresh(): Promise<void> {
    const changed = [...this.#dirty];
    this.#dirty.clear();
    if (changed.length === 0) return;
    const from = changed.reduce((least, [, range]) => Math.min(least, range.from), Infinity);
    const to = changed.reduce((most, [, range]) => Math.max(most, range.to), -Infinity);
    const series = changed.map(([key]) => key);
    const read = await this.store.hours(series, from, to).catch((error: unknown) => {
      this.touch(changed.map(([key, range]) => ({ series: key, time: range.from })));
      this.touch(changed.map(([key, range]) => ({ series: key, time: range.to - HOUR_MS })));
      throw error;
    });
    for (const key of series) this.#bySeries.get(key)?.drop(from, to);
    this.#put(read);
  }

  #put(read: ReadonlyMap<SeriesKey, readonly HourBucket[]>): void {
    for (const [series, buckets] of read) {
      const hours: Hours = this.#bySeries.get(series) ?? new Hours();
      this.#bySeries.set(series, hours);
      for (const bucket of buckets) hours.put(bucket);
    }
  }

  #prune(before: number): void {
    if (this.#loadedFrom === null || before - this.#loadedFrom < 24 * HOUR_MS) return;
    for (const [series, hours] of this.#bySeries) {
      hours.drop(-Infinity, before);
      if (!hours.isEmpty) continue;
      this.#bySeries.delete(series);
    }
    this.#loadedFrom = before;
  }
}

/** The hours of one series; in order as well, since most questions are asked again before anything changes. */
class Hours {
  readonly #byStart = new Map<number, HourBucket>();
  #ordered: readonly HourBucket[] | null = null;

  get isEmpty(): boolean {
    return this.#byStart.size === 0;
  }

  put(bucket: HourBucket): void {
    this.#byStart.set(bucket.start, bucket);
    this.#ordered = null;
  }

  drop(from: number, to: number): void {
    for (const { start } of this.between(from, to)) {
      this.#byStart.delete(start);
      this.#ordered = null;
    }
  }

  between(from: number, to: number): readonly HourBucket[] {
    const ordered = this.#inOrder();
    return ordered.slice(firstAtOrAfter(ordered, from), firstAtOrAfter(ordered, to));
  }

  #inOrder(): readonly HourBucket[] {
    this.#ordered ??= [...this.#byStart.values()].sort((a, b) => a.start - b.start);
    return this.#ordered;
  }
}

/** Index of the first hour that starts at the time or later; by halving. */
function firstAtOrAfter(ordered: readonly HourBucket[], time: number): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordered[middle]?.start ?? Infinity) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
