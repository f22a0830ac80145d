import type { ScoredDocument, ScoredMessage } from '../core/scored.js';
import type { SeriesKey } from '../core/series.js';
import type {
  DocumentVersion,
  MonitorStore,
  Receipt,
  SeriesContribution,
  StoreBatch,
  StoredVersion,
  TouchedWindow,
} from '../core/store.js';
import { toStoredVersion } from '../core/stored-version.js';
import type { StoryTurn } from '../core/story.js';
import { authorDayOf } from './author-voices.js';
import { decideVersions, samePosition, type DecidedVersion, type ScoredItem } from './decide-versions.js';
import {
  withoutLateLetters,
  withoutRefused,
  type RefuseDocument,
  type SequencedMessage,
} from './leave-out-messages.js';
import { loadStoryContext, type StoryContext } from './load-story-context.js';
import type { StoryAssigner } from './stories/assign-stories.js';
import type { TellingVersion, TurnedMember } from './story-members.js';
import { isNoise } from './weigh-contributions.js';

export type { SequencedMessage } from './leave-out-messages.js';

/** The series a document counts for, weighed as the opener of its story. */
export type WeighContributions = (scored: ScoredDocument) => readonly SeriesContribution[];

export interface ResolveDeps {
  readonly store: Pick<MonitorStore, 'findVersions' | 'findStories' | 'findAuthorVoices' | 'findSettled'>;
  readonly weigh: WeighContributions;
  /** Groups near-duplicates; it goes from batch to batch with the monitor. */
  readonly stories: StoryAssigner;
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

const QUIET_BACKFILL_MS = 26 * 3_600_000;
/** Documents of a live world that come later than this are marked; they count in their windows all the same. */
const LATE_MS = 24 * 3_600_000;

/**
 * Decides what each scored message is: a new document, a new version of one, a repeat, a drop, a dead letter.
 *
 * The decision for a message depends on the messages before it in the log and on nothing else, so a batch that
 * is processed again after a crash, in whatever cut, gives the same rows: a stored row of the same raw position is this
 * message itself and not a duplicate. Look-ups in the store: one for a
 * batch, those of `loadStoryContext`, and one of the stories' entries when it does not go on where the last one ended.
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
  const documentIds = new Set(documents.map((message) => message.scored.document.id));
  const versions = await loadVersions([...documentIds], deps.store);
  const first = given[0]?.sequence ?? 0;
  await deps.stories.open(first);
  const decided = decideVersions(messages, versions, deps.stories);
  deps.stories.close(given.at(-1)?.sequence ?? first);
  const context = await loadStoryContext([...decided.values()], first, deps.store);
  for (const other of context.others) if (!documentIds.has(other.id)) append(versions, other.id, other);
  const resolved: DocumentVersion[] = [];
  const receipts: Receipt[] = [...refused];
  const touched = new TouchedWindows();

  for (const sequenced of messages) {
    const { message } = sequenced;
    if (message.kind !== 'scored') receipts.push(toReceipt(message));
    const decision = decided.get(sequenced);
    if (decision === undefined) continue;
    const { id } = decision.item.scored.document;
    receipts.push({
      raw: message.raw,
      documentId: id,
      version: decision.version,
      outcome: decision.duplicate ? 'duplicate' : 'stored',
      reason: null,
    });
    if (decision.duplicate) continue;
    const next = toVersion(decision, versions, context, deps);
    resolved.push(next);
    touched.add(next);
    remember(next, versions);
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

function toReceipt(message: Exclude<ScoredMessage, { kind: 'scored' }>): Receipt {
  const base = { raw: message.raw, version: 0 };
  if (message.kind === 'dead-letter')
    return { ...base, documentId: '', outcome: 'dead-letter', reason: null };
  const outcome = message.reason === 'erased' ? 'erased' : 'drop';
  return { ...base, documentId: message.id, outcome, reason: message.reason };
}

function toVersion(
  decision: DecidedVersion,
  versions: ReadonlyMap<string, readonly StoredVersion[]>,
  { members, voices }: StoryContext,
  { weigh, virtualClock, quietBackfillMs = QUIET_BACKFILL_MS }: ResolveDeps,
): DocumentVersion {
  const { item, version, storySketch, fingerprint } = decision;
  const { scored, raw, sequence } = item;
  const { document } = scored;
  const knownAt = knownAtOf(item, virtualClock);
  const authorDay = authorDayOf(document);
  // A retracted document counts nowhere; what it counted for before is withdrawn.
  const weighed = document.action === 'retract' ? [] : weigh(scored);
  const heard = weighed.map((one) => {
    const spent = authorDay !== null && voices.isSpent(authorDay, one.series, document.id);
    return { ...one, voice: spent ? 0 : one.voice };
  });
  const silent = isNoise(scored) || (hasVoice(weighed) && !hasVoice(heard));
  const { opens, turned } = members.take(toTelling(decision, silent));
  // Neither a copy nor fresh history is a voice of its own.
  const fresh = isFreshHistory(scored, knownAt, quietBackfillMs);
  const contributions = heard.map((one) => {
    const voice = fresh ? 0 : one.voice;
    return { ...one, voice, weight: opens ? voice : 0 };
  });
  for (const { series, weight } of contributions)
    if (authorDay !== null && weight > 0) voices.add(authorDay, series, document.id);
  return {
    raw,
    sequence,
    version,
    scored: virtualClock ? scored : markLate(scored, knownAt),
    knownAt,
    opensStory: opens,
    silent,
    authorDay,
    leftStory: leftStoryOf(decision),
    fingerprint,
    storySketch,
    contributions,
    withdrawn: withdrawnBy(decision, contributions, versions.get(document.id) ?? []),
    turns: turned.map((turn) => toTurn(turn, versions)),
  };
}

function hasVoice(contributions: readonly SeriesContribution[]): boolean {
  return contributions.some(({ voice }) => voice > 0);
}

function toTelling(decision: DecidedVersion, silent: boolean): TellingVersion {
  const { item, version, joinedAt, previous } = decision;
  const { document, storyId } = item.scored;
  return {
    storyId,
    documentId: document.id,
    version,
    publishedAt: Date.parse(document.publishedAt),
    sequence: joinedAt,
    revisits: previous === null ? [] : [...new Set([previous.storyId, storyId])],
    speaks: document.action !== 'retract' && !silent,
  };
}

function leftStoryOf({ item, previous }: DecidedVersion): string | null {
  const { document, storyId } = item.scored;
  if (previous === null || previous.action === 'retract') return null;
  return document.action === 'retract' || previous.storyId !== storyId ? previous.storyId : null;
}

function withdrawnBy(
  { item, version: number }: DecidedVersion,
  contributions: readonly SeriesContribution[],
  known: readonly StoredVersion[],
): DocumentVersion['withdrawn'] {
  const { publishedAt: now } = item.scored.document;
  const before = known.filter((version) => version.version === number - 1);
  const counts = new Set(contributions.map(({ series }) => windowKey(series, now)));
  return before
    .flatMap(({ series, publishedAt }) => series.map((key) => ({ series: key, publishedAt })))
    .filter(({ series, publishedAt }) => !counts.has(windowKey(series, publishedAt)));
}

function toTurn(
  { member, opens }: TurnedMember,
  versions: ReadonlyMap<string, readonly StoredVersion[]>,
): StoryTurn {
  const { documentId, version, publishedAt } = member;
  const stored = versions.get(documentId)?.find((one) => one.version === version);
  return {
    documentId,
    version,
    publishedAt: new Date(publishedAt).toISOString(),
    series: stored?.series ?? [],
    opensStory: opens,
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

async function loadVersions(
  ids: readonly string[],
  store: ResolveDeps['store'],
): Promise<Map<string, StoredVersion[]>> {
  const byId = new Map<string, StoredVersion[]>();
  if (ids.length === 0) return byId;
  for (const version of await store.findVersions(ids)) append(byId, version.id, version);
  return byId;
}

function remember(next: DocumentVersion, versions: Map<string, StoredVersion[]>): void {
  const { id } = next.scored.document;
  // After a crash the store gave us this very version already.
  if (versions.get(id)?.some((version) => samePosition(version.raw, next.raw)) === true) return;
  const series = next.contributions.map((contribution) => contribution.series);
  append(versions, id, toStoredVersion(next, series));
}

/** The windows of a batch, each series and minute once. */
class TouchedWindows {
  readonly #windows = new Map<string, TouchedWindow>();

  add(version: DocumentVersion): void {
    const { publishedAt } = version.scored.document;
    for (const { series } of version.contributions) this.#put(series, publishedAt);
    for (const withdrawn of version.withdrawn) this.#put(withdrawn.series, withdrawn.publishedAt);
    for (const turn of version.turns) for (const series of turn.series) this.#put(series, turn.publishedAt);
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
