import { changedAtOf, type LogPosition, type RawDocument } from '../core/document.js';
import type { ScoredMessage } from '../core/scored.js';
import type { StoredVersion } from '../core/store.js';
import { toStoredVersion } from '../core/stored-version.js';
import type { SequencedMessage } from './leave-out-messages.js';
import type { AssignedStory, StoryAssigner } from './stories/assign-stories.js';

export type ScoredItem = Extract<ScoredMessage, { kind: 'scored' }> & { readonly sequence: number };

/** What a scored message is: a version of a document, or a repeat of one. */
export interface DecidedVersion {
  /** With the story of the version, and the sequence under which it was first decided. */
  readonly item: ScoredItem;
  readonly version: number;
  readonly duplicate: boolean;
  /** See `DocumentVersion`. */
  readonly storySketch: string | null;
  readonly fingerprint: string;
  /** The version before, in the order of the log. */
  readonly previous: StoredVersion | null;
  /** Place of the document's first version that told the same story. */
  readonly joinedAt: number;
}

/**
 * Numbers the scored messages of a batch and gives each new version its story, in log order.
 *
 * A version that is stored already keeps its story. A retraction belongs to the story of what it takes back. What comes as
 * history replaces nothing that came live unless its own times say that it was changed later: else it is a repeat.
 */
export function decideVersions(
  messages: readonly SequencedMessage[],
  stored: ReadonlyMap<string, readonly StoredVersion[]>,
  stories: Pick<StoryAssigner, 'assign' | 'remember'>,
): ReadonlyMap<SequencedMessage, DecidedVersion> {
  const versions = new Map<string, readonly StoredVersion[]>(stored);
  const decided = new Map<SequencedMessage, DecidedVersion>();
  for (const sequenced of messages) {
    const { sequence, message } = sequenced;
    if (message.kind !== 'scored') continue;
    const { id } = message.scored.document;
    const known = versions.get(id) ?? [];
    const next = decide({ ...message, sequence }, known, stories);
    decided.set(sequenced, next);
    if (!next.duplicate && !known.some(({ raw }) => samePosition(raw, message.raw)))
      versions.set(id, [...known, toKnown(next)]);
  }
  return decided;
}

export function samePosition(a: LogPosition, b: LogPosition): boolean {
  return a.partition === b.partition && a.offset === b.offset;
}

function decide(
  message: ScoredItem,
  known: readonly StoredVersion[],
  stories: Pick<StoryAssigner, 'assign' | 'remember'>,
): DecidedVersion {
  const { scored } = message;
  // Only what came before in the log can make this a repeat: after a crash later versions may be stored already.
  const earlier = known.filter((version) => isBefore(version, message));
  // UNDERSTAND may have written the message twice, around a crash: the place of the first one decides.
  const own = known.find((version) => samePosition(version.raw, message.raw));
  if (own !== undefined) {
    // Done again, the index does not know it yet; written twice, it does.
    if (own.sequence === message.sequence) stories.remember(scored, own);
    return toDecided({ ...message, sequence: own.sequence }, { number: own.version, story: own, earlier });
  }
  const repeat =
    earlier.find((version) => version.contentHash === scored.document.contentHash) ??
    (isOvertaken(scored.document, earlier) ? newestOf(earlier) : null);
  if (repeat !== null)
    return {
      ...toDecided(message, { number: repeat.version, story: { ...repeat, storySketch: null }, earlier }),
      duplicate: true,
    };
  const newest = newestOf(earlier);
  const story =
    scored.document.action === 'retract'
      ? { storyId: newest?.storyId ?? scored.storyId, storySketch: null }
      : stories.assign(scored);
  const number = (newest?.version ?? 0) + 1;
  // Its correction overtook it on the way to `documents.scored` and has the number already.
  const taken = known.some(({ version }) => version === number);
  return toDecided(message, {
    number: taken ? (newestOf(known)?.version ?? 0) + 1 : number,
    story,
    earlier,
  });
}

/** History that knows no more than what came live. */
function isOvertaken(document: RawDocument, earlier: readonly StoredVersion[]): boolean {
  if (document.backfill !== true) return false;
  const changedAt = changedAtOf(document);
  return earlier.some((version) => !version.backfill && version.changedAt >= changedAt);
}

function newestOf(versions: readonly StoredVersion[]): StoredVersion | null {
  return versions.reduce<StoredVersion | null>(
    (highest, version) => (highest === null || version.version > highest.version ? version : highest),
    null,
  );
}

function toDecided(
  item: ScoredItem,
  decided: {
    readonly number: number;
    readonly story: AssignedStory;
    readonly earlier: readonly StoredVersion[];
  },
): DecidedVersion {
  const { number, story, earlier } = decided;
  const { storyId, storySketch } = story;
  const joined = earlier.filter((version) => version.storyId === storyId && version.action !== 'retract');
  return {
    item: { ...item, scored: { ...item.scored, storyId } },
    version: number,
    duplicate: false,
    storySketch,
    fingerprint: item.scored.storyId,
    previous: newestOf(earlier),
    joinedAt: joined.reduce((first, { sequence }) => Math.min(first, sequence), item.sequence),
  };
}

/** Series play no part in what is decided here. */
function toKnown(decided: DecidedVersion): StoredVersion {
  return toStoredVersion({ ...decided, ...decided.item }, []);
}

/**
 * Documents of one id share a partition, and its order decides. When the number of partitions was changed they do not any
 * more; then the order of `documents.scored` decides, so that no number is given twice.
 */
function isBefore(a: Pick<StoredVersion, 'raw' | 'sequence'>, b: typeof a): boolean {
  return a.raw.partition === b.raw.partition ? a.raw.offset < b.raw.offset : a.sequence < b.sequence;
}
