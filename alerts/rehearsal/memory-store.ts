import type { AlertEvent } from '../../pipeline/core/alert.js';
import { MARKET_SERIES, seriesKind, type SeriesKey } from '../../pipeline/core/series.js';
import { documentText, type Span } from '../../pipeline/core/scored.js';
import type {
  AlertStore,
  DocumentVersion,
  EvidenceRow,
  HistoryReader,
  HourBucket,
  MonitorStore,
  SeriesContribution,
  StoredVersion,
  StoryEntryRow,
  StoryOccurrence,
  StoryStretch,
} from '../../pipeline/core/store.js';
import { HourIndex } from './hour-index.js';

const MAX_STORY_OCCURRENCES = 20;

/** A store that lives as long as the process; `alertEvents` and `extent` are what a rehearsal reports. */
export interface MemoryStore extends MonitorStore, HistoryReader, AlertStore {
  /** Every recorded event, in the order of arrival. */
  alertEvents(): readonly AlertEvent[];
  /** First and last event time of the stored documents and how many they are, or null when there are none. */
  extent(): { readonly from: number; readonly to: number; readonly documents: number } | null;
}

/**
 * Creates the store of a rehearsal: it answers like the ClickHouse store and keeps everything in memory.
 *
 * Writes are idempotent by (id, version) and (alertId, sequence). Roll-ups are computed when read, so `rollUp` has
 * nothing to do. Memory: every document with its text, about 5 kB each with its contributions.
 */
export function createMemoryStore(): MemoryStore {
  const versions = new Map<string, DocumentVersion[]>();
  const stories = new Map<string, StoryOccurrence[]>();
  const entries = new EntryList();
  const index = new HourIndex();
  const alerts = createAlertLog();
  let extent: { from: number; to: number; documents: number } | null = null;

  function write(version: DocumentVersion): void {
    const { document, storyId } = version.scored;
    const known = versions.get(document.id) ?? [];
    if (known.some((other) => other.version === version.version)) return;
    const newest = known.at(-1);
    const publishedAt = Date.parse(document.publishedAt);
    versions.set(
      document.id,
      [...known, version].sort((a, b) => a.version - b.version),
    );
    if (document.action !== 'retract') {
      append(stories, storyId, { storyId, documentId: document.id, publishedAt, sequence: version.sequence });
    }
    entries.add(version);
    if (newest === undefined) {
      extent = {
        from: Math.min(extent?.from ?? publishedAt, publishedAt),
        to: Math.max(extent?.to ?? publishedAt, publishedAt),
        documents: (extent?.documents ?? 0) + 1,
      };
    }
    if (newest !== undefined && newest.version > version.version) return;
    if (newest !== undefined) index.remove(newest);
    if (document.action !== 'retract') index.add(version);
  }

  return {
    findVersions: (ids) => Promise.resolve(ids.flatMap((id) => (versions.get(id) ?? []).map(toStored))),
    findStories: (storyIds, stretch) =>
      Promise.resolve(storyIds.flatMap((id) => newestStories(stories.get(id) ?? [], stretch))),
    findStoryEntries: (before, limit) => Promise.resolve(entries.newest(before, limit)),
    findSettled: () => Promise.resolve([]),
    write: (batch) => {
      for (const version of batch.versions) write(version);
      return Promise.resolve();
    },
    rollUp: () => Promise.resolve(),
    activeSeries: (from, to) => Promise.resolve(index.seriesBetween(from, to).filter(isWatchable)),
    hours: (series, from, to) => {
      const answer = new Map<SeriesKey, readonly HourBucket[]>();
      for (const key of series) {
        const buckets = index.buckets(key, from, to);
        if (buckets.length > 0) answer.set(key, buckets);
      }
      return Promise.resolve(answer);
    },
    evidence: (series, from, to, limit) =>
      Promise.resolve(strongestStories(index.entries(series, from, to), limit)),
    firstDocumentAt: () => Promise.resolve(extent?.from ?? null),
    ...alerts.store,
    alertEvents: () => alerts.events,
    extent: () => extent,
  };
}

/** What near-duplicates are compared with, in the order of the log. */
class EntryList {
  readonly #entries: (StoryEntryRow & { readonly sequence: number })[] = [];

  add({ scored, sequence, storySketch }: DocumentVersion): void {
    if (storySketch === null) return;
    const publishedAt = Date.parse(scored.document.publishedAt);
    this.#entries.push({ storyId: scored.storyId, publishedAt, sketch: storySketch, sequence });
  }

  newest(before: number, limit: number): readonly StoryEntryRow[] {
    const earlier = this.#entries.filter(({ sequence }) => sequence < before);
    return earlier.sort((a, b) => a.sequence - b.sequence).slice(-limit);
  }
}

function isWatchable(series: SeriesKey): boolean {
  return series === MARKET_SERIES || seriesKind(series) === 'instrument';
}

function toStored(version: DocumentVersion): StoredVersion {
  const { id, contentHash, action, publishedAt } = version.scored.document;
  const series = version.contributions.map((contribution) => contribution.series);
  const { raw, sequence, storySketch } = version;
  const { storyId } = version.scored;
  return {
    id,
    version: version.version,
    contentHash,
    raw,
    sequence,
    action,
    publishedAt,
    storyId,
    storySketch,
    series,
  };
}

function newestStories(
  occurrences: readonly StoryOccurrence[],
  { from, to, before }: StoryStretch,
): readonly StoryOccurrence[] {
  return occurrences
    .filter(({ publishedAt, sequence }) => publishedAt >= from && publishedAt < to && sequence < before)
    .sort((a, b) => b.publishedAt - a.publishedAt)
    .slice(0, MAX_STORY_OCCURRENCES);
}

interface Entry {
  readonly version: DocumentVersion;
  readonly contribution: SeriesContribution;
}

function strongestStories(entries: readonly Entry[], limit: number): readonly EvidenceRow[] {
  const rows: EvidenceRow[] = [];
  const told = new Set<string>();
  const force = ({ contribution }: Entry) => contribution.weight * contribution.negative;
  const idOf = ({ version }: Entry) => version.scored.document.id;
  const sorted = entries
    .filter((entry) => force(entry) > 0)
    .sort((a, b) => force(b) - force(a) || (idOf(a) < idOf(b) ? -1 : 1));
  for (const entry of sorted) {
    if (rows.length === limit) break;
    if (told.has(entry.version.scored.storyId)) continue;
    told.add(entry.version.scored.storyId);
    rows.push(toEvidence(entry));
  }
  return rows;
}

function toEvidence({ version, contribution }: Entry): EvidenceRow {
  const { document, language, mentions } = version.scored;
  const spans: readonly Span[] =
    mentions.find((mention) => mention.instrument === contribution.series)?.spans ?? [];
  return {
    id: document.id,
    title: document.title,
    text: documentText(document),
    language,
    url: document.url,
    source: document.source.name,
    publishedAt: document.publishedAt,
    negative: contribution.negative,
    weight: contribution.weight,
    spans,
  };
}

/** Append-only events with the newest of each alert at hand. */
function createAlertLog(): { readonly events: readonly AlertEvent[]; readonly store: AlertStore } {
  const events: AlertEvent[] = [];
  const seen = new Set<string>();
  const open = new Map<string, AlertEvent>();
  let evaluatedUntil: number | null = null;

  function appendEvent(event: AlertEvent): void {
    const key = `${event.alertId} ${event.sequence}`;
    if (seen.has(key)) return;
    seen.add(key);
    events.push(event);
    const newest = open.get(event.alertId);
    if (newest !== undefined && newest.sequence > event.sequence) return;
    const told = event.type === 'mailed' && event.alert.state === 'resolved';
    if (told || event.type === 'cleared') open.delete(event.alertId);
    else open.set(event.alertId, event);
  }

  return {
    events,
    store: {
      appendEvents: (batch) => {
        for (const event of batch) appendEvent(event);
        return Promise.resolve();
      },
      openEvents: () => Promise.resolve([...open.values()]),
      readEvaluatedUntil: () => Promise.resolve(evaluatedUntil),
      writeEvaluatedUntil: (time) => {
        evaluatedUntil = time;
        return Promise.resolve();
      },
    },
  };
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
