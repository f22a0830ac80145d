import { FREQUENCY_MS, windowStart, type SeriesKey } from '../core/series.js';
import type { EvidenceRow, HistoryReader, HourBucket, TouchedWindow } from '../core/store.js';

export interface HistoryCache extends HistoryReader {
  /** Says that these windows changed in the store; their hours are read again before the next answer. */
  touch(windows: readonly TouchedWindow[]): void;
}

type Hours = Map<number, HourBucket>;
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
  /** Newest hour with documents; most questions are about the last day, and most series are silent in it. */
  readonly #newest = new Map<SeriesKey, number>();
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
      const newest = this.#newest.get(series) ?? -Infinity;
      if (newest >= from && (newest < to || someBetween(hours, from, to))) found.push(series);
    }
    return found;
  }

  hours(series: SeriesKey, from: number, to: number): readonly HourBucket[] {
    return between(this.#bySeries.get(series), from, to);
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
    for (const key of series) dropRange(this.#bySeries.get(key), from, to);
    this.#put(read);
    for (const key of series) this.#newest.set(key, newestOf(this.#bySeries.get(key)));
  }

  #put(read: ReadonlyMap<SeriesKey, readonly HourBucket[]>): void {
    for (const [series, buckets] of read) {
      const hours: Hours = this.#bySeries.get(series) ?? new Map<number, HourBucket>();
      this.#bySeries.set(series, hours);
      for (const bucket of buckets) hours.set(bucket.start, bucket);
      this.#newest.set(series, newestOf(hours));
    }
  }

  #prune(before: number): void {
    if (this.#loadedFrom === null || before - this.#loadedFrom < 24 * HOUR_MS) return;
    for (const [series, hours] of this.#bySeries) {
      dropRange(hours, -Infinity, before);
      if (hours.size > 0) continue;
      this.#bySeries.delete(series);
      this.#newest.delete(series);
    }
    this.#loadedFrom = before;
  }
}

function between(hours: Hours | undefined, from: number, to: number): readonly HourBucket[] {
  if (hours === undefined) return EMPTY;
  const found: HourBucket[] = [];
  for (const bucket of hours.values()) if (bucket.start >= from && bucket.start < to) found.push(bucket);
  return found.sort((a, b) => a.start - b.start);
}

function someBetween(hours: Hours, from: number, to: number): boolean {
  for (const start of hours.keys()) if (start >= from && start < to) return true;
  return false;
}

function dropRange(hours: Hours | undefined, from: number, to: number): void {
  if (hours === undefined) return;
  for (const start of hours.keys()) if (start >= from && start < to) hours.delete(start);
}

function newestOf(hours: Hours | undefined): number {
  let newest = -Infinity;
  for (const start of hours?.keys() ?? []) if (start > newest) newest = start;
  return newest;
}
