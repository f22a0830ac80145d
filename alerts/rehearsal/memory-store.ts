import type { AlertEvent } from '../../pipeline/core/alert.js';
import { accountOf } from '../../pipeline/core/document.js';
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
} from '../../pipeline/core/store.js';
import { toStoredVersion } from '../../pipeline/core/stored-version.js';
import type { StoryTurn } from '../../pipeline/core/story.js';
import { HourIndex } from './hour-index.js';
import { StoryRecords } from './story-records.js';

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
  const records = new DocumentRecords();
  const { index, stories, entries } = records;
  const alerts = createAlertLog();
  return {
    findVersions: (ids) => Promise.resolve(ids.flatMap((id) => records.versionsOf(id).map(toStored))),
    findStories: (storyIds, stretch) => Promise.resolve(stories.find(storyIds, stretch)),
    findAuthorVoices: (authorDays, before) => Promise.resolve(stories.voices(authorDays, before)),
    findStoryEntries: (before, limit) => Promise.resolve(entries.newest(before, limit)),
    findSettled: () => Promise.resolve([]),
    write: (batch) => {
      for (const version of batch.versions) records.write(version);
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
    firstDocumentAt: () => Promise.resolve(records.extent?.from ?? null),
    ...alerts.store,
    alertEvents: () => alerts.events,
    extent: () => records.extent,
  };
}

class DocumentRecords {
  readonly index = new HourIndex();
  readonly stories = new StoryRecords();
  readonly entries = new EntryList();
  extent: { from: number; to: number; documents: number } | null = null;
  readonly #versions = new Map<string, readonly DocumentVersion[]>();

  versionsOf(documentId: string): readonly DocumentVersion[] {
    return this.#versions.get(documentId) ?? [];
  }

  write(version: DocumentVersion): void {
    const { document } = version.scored;
    const known = this.versionsOf(document.id);
    if (known.some((other) => other.version === version.version)) return;
    const newest = known.at(-1);
    const publishedAt = Date.parse(document.publishedAt);
    this.#versions.set(
      document.id,
      [...known, version].sort((a, b) => a.version - b.version),
    );
    this.stories.add(version);
    this.entries.add(version);
    if (newest === undefined) {
      this.extent = {
        from: Math.min(this.extent?.from ?? publishedAt, publishedAt),
        to: Math.max(this.extent?.to ?? publishedAt, publishedAt),
        documents: (this.extent?.documents ?? 0) + 1,
      };
    }
    if (newest === undefined || newest.version < version.version) this.#count(version, newest);
    for (const turn of version.turns) this.#turn(turn);
  }

  #count(version: DocumentVersion, before: DocumentVersion | undefined): void {
    if (before !== undefined) this.index.remove(before);
    if (version.scored.document.action !== 'retract') this.index.add(version);
  }

  #turn({ documentId, version: number, opensStory }: StoryTurn): void {
    const known = this.versionsOf(documentId);
    const before = known.find(({ version }) => version === number);
    if (before === undefined) return;
    const contributions = before.contributions.map((one) => ({ ...one, weight: opensStory ? one.voice : 0 }));
    const after = { ...before, opensStory, contributions };
    this.#versions.set(
      documentId,
      known.map((version) => (version === before ? after : version)),
    );
    if (before === known.at(-1)) this.#count(after, before);
  }
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
  return toStoredVersion(
    version,
    version.contributions.map(({ series }) => series),
  );
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
    account: accountOf(document),
    ...(version.scored.certainty === undefined ? {} : { certainty: version.scored.certainty }),
    ...(version.scored.ruled === undefined ? {} : { rules: version.scored.ruled.rules }),
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
