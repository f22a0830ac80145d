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
  const bySeries = new Map<SeriesKey, Hours>();
  const dirty = new Map<SeriesKey, { from: number; to: number }>();
  /** Everything at or after this time is in memory; null before the first question. */
  let loadedFrom: number | null = null;
  let queue: Promise<void> = Promise.resolve();

  const put = (loaded: ReadonlyMap<SeriesKey, readonly HourBucket[]>) => {
    for (const [series, buckets] of loaded) {
      const hours: Hours = bySeries.get(series) ?? new Map<number, HourBucket>();
      bySeries.set(series, hours);
      for (const bucket of buckets) hours.set(bucket.start, bucket);
    }
  };
  const load = async (from: number, to: number) => {
    put(await store.hours(await store.activeSeries(from, to), from, to));
  };
  const refresh = async () => {
    const changed = [...dirty];
    dirty.clear();
    if (changed.length === 0) return;
    const from = changed.reduce((least, [, range]) => Math.min(least, range.from), Infinity);
    const to = changed.reduce((most, [, range]) => Math.max(most, range.to), -Infinity);
    for (const [series] of changed) dropRange(bySeries.get(series), from, to);
    put(
      await store.hours(
        changed.map(([series]) => series),
        from,
        to,
      ),
    );
  };
  const prune = (before: number) => {
    if (loadedFrom === null || before - loadedFrom < 24 * HOUR_MS) return;
    for (const [series, hours] of bySeries) {
      dropRange(hours, -Infinity, before);
      if (hours.size === 0) bySeries.delete(series);
    }
    loadedFrom = before;
  };
  /** Answers one question after the other: two refreshes at once would drop what the other one has just read. */
  const ready = (from: number, to: number): Promise<void> => {
    const next = queue.then(async () => {
      if (loadedFrom === null || from < loadedFrom) {
        await load(windowStart(from, '1h'), loadedFrom ?? END_OF_TIME);
        loadedFrom = windowStart(from, '1h');
      }
      await refresh();
      prune(windowStart(to - KEEP_MS, '1h'));
    });
    queue = next.catch(() => undefined);
    return next;
  };

  return {
    touch(windows) {
      for (const { series, time } of windows) {
        const start = windowStart(time, '1h');
        const range = dirty.get(series) ?? { from: start, to: start + HOUR_MS };
        dirty.set(series, { from: Math.min(range.from, start), to: Math.max(range.to, start + HOUR_MS) });
      }
    },
    async activeSeries(from, to) {
      await ready(from, to);
      return [...bySeries].filter(([, hours]) => someBetween(hours, from, to)).map(([series]) => series);
    },
    async hours(series, from, to) {
      await ready(from, to);
      return new Map(series.map((key) => [key, between(bySeries.get(key), from, to)]));
    },
    evidence: (series, from, to, limit): Promise<readonly EvidenceRow[]> =>
      store.evidence(series, from, to, limit),
    firstDocumentAt: () => store.firstDocumentAt(),
  };
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
