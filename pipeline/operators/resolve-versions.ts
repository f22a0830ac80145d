import type { LogPosition } from '../core/document.js';
import type { ScoredDocument, ScoredMessage } from '../core/scored.js';
import type { SeriesKey } from '../core/series.js';
import type {
  DocumentVersion,
  MonitorStore,
  Receipt,
  SeriesContribution,
  StoreBatch,
  StoredVersion,
  StoryOccurrence,
  TouchedWindow,
} from '../core/store.js';
import {
  withoutLateLetters,
  withoutRefused,
  type RefuseDocument,
  type SequencedMessage,
} from './leave-out-messages.js';

export type { SequencedMessage } from './leave-out-messages.js';

export type WeighContributions = (
  scored: ScoredDocument,
  options: { readonly copy: boolean },
) => readonly SeriesContribution[];

export interface ResolveDeps {
  readonly store: Pick<MonitorStore, 'findVersions' | 'findStories' | 'findSettled'>;
  readonly weigh: WeighContributions;
  /** In a replay world documents were known when they were published, not when the log took them. */
  readonly virtualClock: boolean;
  /**
   * A backfilled document that was published within this time before the log took it has no weight in detection, so that
   * no rule's window can hold it. Default: the longest window of the built-in rules and a margin.
   */
  readonly quietBackfillMs?: number;
  /** Documents that must not be stored, and why: of an erased person or source, or older than their class is kept. */
  readonly refuse?: RefuseDocument;
}

export interface ResolvedBatch {
  readonly batch: StoreBatch;
  readonly touched: readonly TouchedWindow[];
  /** Highest event time of the batch, or null when it holds no document. */
  readonly newest: number | null;
}

/** Reprints later than this are news again. */
const STORY_WINDOW_MS = 72 * 3_600_000;
const QUIET_BACKFILL_MS = 26 * 3_600_000;
/** Documents of a live world that come later than this are marked; they count in their windows all the same. */
const LATE_MS = 24 * 3_600_000;

/**
 * Decides what each scored message is: a new document, a new version of one, a repeat, a drop, a dead letter.
 *
 * The decision for a message depends on the messages before it in the log and on nothing else, so a batch that
 * is processed again after a crash, in whatever cut, gives the same rows: a stored row of the same raw position is this
 * message itself and not a duplicate. Two look-ups in the store for a batch.
 */
export async function resolveVersions(
  given: readonly SequencedMessage[],
  deps: ResolveDeps,
): Promise<ResolvedBatch> {
  const readable = await withoutLateLetters(given, deps.store);
  const { messages, refused } = withoutRefused(readable, deps.refuse);
  const documents = messages.flatMap(({ sequence, message }) =>
    message.kind === 'scored' ? [{ ...message, sequence }] : [],
  );
  const versions = await loadVersions(documents, deps.store);
  const stories = await loadStories(documents, deps.store);
  const resolved: DocumentVersion[] = [];
  const receipts: Receipt[] = [...refused];
  const touched = new TouchedWindows();

  for (const { sequence, message } of messages) {
    if (message.kind !== 'scored') {
      receipts.push(toReceipt(message));
      continue;
    }
    const { id } = message.scored.document;
    const known = versions.get(id) ?? [];
    const version = versionOf({ ...message, sequence }, known);
    receipts.push({
      raw: message.raw,
      documentId: id,
      version: version.number,
      outcome: version.duplicate ? 'duplicate' : 'stored',
      reason: null,
    });
    if (version.duplicate) continue;
    const item = { ...message, sequence: version.sequence ?? sequence };
    const next = toVersion(item, version.number, known, stories, deps);
    resolved.push(next);
    touched.add(next);
    remember(next, versions, stories);
  }
  const deadLetters = messages.flatMap(({ message }) =>
    message.kind === 'dead-letter' ? [{ raw: message.raw, letter: message.letter }] : [],
  );
  const times = documents.map((message) => Date.parse(message.scored.document.publishedAt));
  return {
    batch: { versions: resolved, deadLetters, receipts },
    touched: touched.list(),
    newest: times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
  };
}

type ScoredItem = Extract<ScoredMessage, { kind: 'scored' }> & { readonly sequence: number };

function toReceipt(message: Exclude<ScoredMessage, { kind: 'scored' }>): Receipt {
  const base = { raw: message.raw, version: 0 };
  if (message.kind === 'dead-letter')
    return { ...base, documentId: '', outcome: 'dead-letter', reason: null };
  const outcome = message.reason === 'erased' ? 'erased' : 'drop';
  return { ...base, documentId: message.id, outcome, reason: message.reason };
}

/** `sequence` is null for a message that was not decided before. */
function versionOf(
  message: ScoredItem,
  known: readonly StoredVersion[],
): { number: number; duplicate: boolean; sequence: number | null } {
  // UNDERSTAND may have written the message twice, around a crash: the place of the first one decides.
  const own = known.find((version) => samePosition(version.raw, message.raw));
  if (own !== undefined) return { number: own.version, duplicate: false, sequence: own.sequence };
  // Only what came before in the log can make this a repeat: after a crash later versions may be stored already.
  const earlier = known.filter((version) => isBefore(version, message));
  const repeat = earlier.find((version) => version.contentHash === message.scored.document.contentHash);
  if (repeat !== undefined) return { number: repeat.version, duplicate: true, sequence: null };
  const number = highestOf(earlier) + 1;
  // Its correction overtook it on the way to `documents.scored` and has the number already.
  const taken = known.some((version) => version.version === number);
  return { number: taken ? highestOf(known) + 1 : number, duplicate: false, sequence: null };
}

function highestOf(versions: readonly StoredVersion[]): number {
  return versions.reduce((highest, { version }) => Math.max(highest, version), 0);
}

function toVersion(
  message: ScoredItem,
  number: number,
  known: readonly StoredVersion[],
  stories: ReadonlyMap<string, readonly StoryOccurrence[]>,
  { weigh, virtualClock, quietBackfillMs = QUIET_BACKFILL_MS }: ResolveDeps,
): DocumentVersion {
  const { scored, raw, sequence } = message;
  const knownAt = knownAtOf(message, virtualClock);
  const opensStory = !isCopy(message, stories.get(scored.storyId) ?? []);
  // Neither a copy nor fresh history is a voice of its own.
  const copy = !opensStory || isFreshHistory(scored, knownAt, quietBackfillMs);
  // A retracted document counts nowhere; what it counted for before is withdrawn.
  const contributions = scored.document.action === 'retract' ? [] : weigh(scored, { copy });
  const before = known.filter((version) => version.version === number - 1);
  const counts = new Set(contributions.map(({ series }) => windowKey(series, scored.document.publishedAt)));
  const withdrawn = before
    .flatMap(({ series, publishedAt }) => series.map((key) => ({ series: key, publishedAt })))
    .filter(({ series, publishedAt }) => !counts.has(windowKey(series, publishedAt)));
  return {
    raw,
    sequence,
    version: number,
    scored: virtualClock ? scored : markLate(scored, knownAt),
    knownAt,
    opensStory,
    contributions,
    withdrawn,
  };
}

function isFreshHistory({ document }: ScoredDocument, knownAt: number, quietMs: number): boolean {
  return document.backfill === true && knownAt - Date.parse(document.publishedAt) < quietMs;
}

function markLate(scored: ScoredDocument, knownAt: number): ScoredDocument {
  const { document, flags } = scored;
  const late = document.backfill !== true && knownAt - Date.parse(document.publishedAt) > LATE_MS;
  return late ? { ...scored, flags: [...flags, 'late'] } : scored;
}

function knownAtOf({ scored, appendedAt }: ScoredItem, virtualClock: boolean): number {
  const receivedAt = Date.parse(scored.document.receivedAt);
  return virtualClock || appendedAt === undefined ? receivedAt : appendedAt;
}

/** A copy repeats, within the story window, what another document said earlier in the scored log. */
function isCopy(message: ScoredItem, occurrences: readonly StoryOccurrence[]): boolean {
  const publishedAt = Date.parse(message.scored.document.publishedAt);
  return occurrences.some(
    (other) =>
      other.documentId !== message.scored.document.id &&
      other.sequence < message.sequence &&
      Math.abs(other.publishedAt - publishedAt) <= STORY_WINDOW_MS,
  );
}

async function loadVersions(
  documents: readonly ScoredItem[],
  store: ResolveDeps['store'],
): Promise<Map<string, StoredVersion[]>> {
  const byId = new Map<string, StoredVersion[]>();
  if (documents.length === 0) return byId;
  const ids = [...new Set(documents.map((message) => message.scored.document.id))];
  for (const version of await store.findVersions(ids)) append(byId, version.id, version);
  return byId;
}

async function loadStories(
  documents: readonly ScoredItem[],
  store: ResolveDeps['store'],
): Promise<Map<string, StoryOccurrence[]>> {
  const byStory = new Map<string, StoryOccurrence[]>();
  if (documents.length === 0) return byStory;
  const ids = [...new Set(documents.map((message) => message.scored.storyId))];
  const times = documents.map((message) => Date.parse(message.scored.document.publishedAt));
  const from = times.reduce((a, b) => Math.min(a, b)) - STORY_WINDOW_MS;
  const to = times.reduce((a, b) => Math.max(a, b)) + STORY_WINDOW_MS + 1;
  // What comes later is remembered on the way; after a crash it is stored already and could hide what came before.
  const before = documents[0]?.sequence ?? 0;
  for (const occurrence of await store.findStories(ids, { from, to, before }))
    append(byStory, occurrence.storyId, occurrence);
  return byStory;
}

function remember(
  next: DocumentVersion,
  versions: Map<string, StoredVersion[]>,
  stories: Map<string, StoryOccurrence[]>,
): void {
  const { document, storyId } = next.scored;
  const { id, contentHash, action, publishedAt } = document;
  const series = next.contributions.map((contribution) => contribution.series);
  if (action !== 'retract') {
    append(stories, storyId, {
      storyId,
      documentId: id,
      publishedAt: Date.parse(publishedAt),
      sequence: next.sequence,
    });
  }
  // After a crash the store gave us this very version already.
  if (versions.get(id)?.some((version) => samePosition(version.raw, next.raw)) === true) return;
  append(versions, id, {
    id,
    version: next.version,
    contentHash,
    raw: next.raw,
    sequence: next.sequence,
    action,
    publishedAt,
    series,
  });
}

/** The windows of a batch, each series and minute once. */
class TouchedWindows {
  readonly #windows = new Map<string, TouchedWindow>();

  add(version: DocumentVersion): void {
    const { publishedAt } = version.scored.document;
    for (const { series } of version.contributions) this.#put(series, publishedAt);
    for (const withdrawn of version.withdrawn) this.#put(withdrawn.series, withdrawn.publishedAt);
  }

  list(): readonly TouchedWindow[] {
    return [...this.#windows.values()];
  }

  #put(series: SeriesKey, publishedAt: string): void {
    const time = Math.floor(Date.parse(publishedAt) / 60_000) * 60_000;
    this.#windows.set(windowKey(series, String(time)), { series, time });
  }
}

function windowKey(series: SeriesKey, time: string): string {
  return `${series} ${time}`;
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/**
 * Documents of one id share a partition, and its order decides. When the number of partitions was changed they do not any
 * more; then the order of `documents.scored` decides, so that no number is given twice.
 */
function isBefore(a: Pick<StoredVersion, 'raw' | 'sequence'>, b: typeof a): boolean {
  return a.raw.partition === b.raw.partition ? a.raw.offset < b.raw.offset : a.sequence < b.sequence;
}

function samePosition(a: LogPosition, b: LogPosition): boolean {
  return a.partition === b.partition && a.offset === b.offset;
}
