import type { SeriesKey } from '../../pipeline/core/series.js';
import type { DocumentVersion, HourBucket, SeriesContribution } from '../../pipeline/core/store.js';

const HOUR_MS = 3_600_000;

interface Entry {
  readonly version: DocumentVersion;
  readonly contribution: SeriesContribution;
  readonly publishedAt: number;
}

interface Hour {
  readonly entries: Map<string, Entry>;
  bucket: HourBucket | null;
}

/** The newest version of every document, by series and hour; sums are kept until the hour changes. */
export class HourIndex {
  readonly #series = new Map<SeriesKey, Map<number, Hour>>();
  readonly #active = new Map<number, Set<SeriesKey>>();

  add(version: DocumentVersion): void {
    const publishedAt = Date.parse(version.scored.document.publishedAt);
    const start = hourOf(publishedAt);
    for (const contribution of version.contributions) {
      const hours = getOrCreate(this.#series, contribution.series, () => new Map<number, Hour>());
      const hour = getOrCreate(hours, start, () => ({ entries: new Map<string, Entry>(), bucket: null }));
      hour.entries.set(version.scored.document.id, { version, contribution, publishedAt });
      hour.bucket = null;
      getOrCreate(this.#active, start, () => new Set<SeriesKey>()).add(contribution.series);
    }
  }

  remove(version: DocumentVersion): void {
    const start = hourOf(Date.parse(version.scored.document.publishedAt));
    for (const { series } of version.contributions) {
      const hour = this.#series.get(series)?.get(start);
      if (hour?.entries.delete(version.scored.document.id) !== true) continue;
      hour.bucket = null;
      if (hour.entries.size > 0) continue;
      this.#series.get(series)?.delete(start);
      this.#active.get(start)?.delete(series);
    }
  }

  /** Every series with a document in [from, to). */
  seriesBetween(from: number, to: number): SeriesKey[] {
    const found = new Set<SeriesKey>();
    for (let start = hourOf(from); start < to; start += HOUR_MS) {
      const whole = start >= from && start + HOUR_MS <= to;
      for (const series of this.#active.get(start) ?? []) {
        if (whole || this.entries(series, Math.max(from, start), Math.min(to, start + HOUR_MS)).length > 0)
          found.add(series);
      }
    }
    return [...found];
  }

  /** Hours with documents in [from, to), oldest first; an hour that is cut holds only what lies inside. */
  buckets(series: SeriesKey, from: number, to: number): HourBucket[] {
    const hours = this.#series.get(series);
    const found: HourBucket[] = [];
    if (hours === undefined) return found;
    for (const start of startsBetween(hours, from, to)) {
      const hour = hours.get(start);
      if (hour === undefined) continue;
      if (start >= from && start + HOUR_MS <= to) {
        hour.bucket ??= sumEntries(start, [...hour.entries.values()]);
        found.push(hour.bucket);
        continue;
      }
      const inside = [...hour.entries.values()].filter((entry) => isInside(entry, from, to));
      if (inside.length > 0) found.push(sumEntries(start, inside));
    }
    return found;
  }

  /** The documents of a series in [from, to), oldest hour first. */
  entries(series: SeriesKey, from: number, to: number): readonly Entry[] {
    const hours = this.#series.get(series);
    if (hours === undefined) return [];
    return startsBetween(hours, from, to).flatMap((start) =>
      [...(hours.get(start)?.entries.values() ?? [])].filter((entry) => isInside(entry, from, to)),
    );
  }
}

/** Walks whichever is shorter: the hours asked for or the hours there are. */
function startsBetween(hours: ReadonlyMap<number, Hour>, from: number, to: number): number[] {
  const first = hourOf(from);
  if (hours.size < (to - first) / HOUR_MS) {
    return [...hours.keys()].filter((start) => start >= first && start < to).sort((a, b) => a - b);
  }
  const starts: number[] = [];
  for (let start = first; start < to; start += HOUR_MS) if (hours.has(start)) starts.push(start);
  return starts;
}

function sumEntries(start: number, entries: readonly Entry[]): HourBucket {
  let weight = 0;
  let negativeWeight = 0;
  let polaritySum = 0;
  let judged = 0;
  let stories = 0;
  for (const { version, contribution } of entries) {
    weight += contribution.weight;
    negativeWeight += contribution.weight * contribution.negative;
    polaritySum += contribution.positive - contribution.negative;
    if (contribution.negative + contribution.neutral + contribution.positive > 0) judged += 1;
    if (version.opensStory) stories += 1;
  }
  return { start, documents: entries.length, judged, stories, weight, negativeWeight, polaritySum };
}

function isInside(entry: Entry, from: number, to: number): boolean {
  return entry.publishedAt >= from && entry.publishedAt < to;
}

function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS) * HOUR_MS;
}

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
