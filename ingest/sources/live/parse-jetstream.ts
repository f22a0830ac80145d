import { ownField, type Fields } from '../../parse/fields.js';
import { digest } from '../../parse/identity.js';
import { fieldsOf, listIn, parseJson, recordIn, textIn } from './json-fields.js';
import { sharedLink } from './shared-link.js';

/** A commit of a Jetstream, as far as it concerns documents. */
export interface JetstreamCommit {
  readonly operation: 'create' | 'update' | 'delete';
  readonly did: string;
  readonly collection: string;
  readonly rkey: string;
  readonly rev: string;
  /** Null for a deletion. */
  readonly record: Fields | null;
}

export interface JetstreamEvent {
  /** Microseconds since the epoch, the server's clock. */
  readonly timeUs: number;
  /** Null for events of accounts and identities. */
  readonly commit: JetstreamCommit | null;
}

const MAX_NAME_CHARS = 1_000;
/** Older claims are fillers of programs. */
const EARLIEST_MS = Date.UTC(1990, 0, 1);

/** Returns null for what is no event with a time: heartbeats, later kinds, garbage. Never throws. */
export function parseJetstreamEvent(message: string): JetstreamEvent | null {
  const event = fieldsOf(parseJson(message));
  const timeUs = event === null ? null : ownField(event, 'time_us');
  if (event === null || typeof timeUs !== 'number' || !Number.isSafeInteger(timeUs) || timeUs <= 0)
    return null;
  return { timeUs, commit: ownField(event, 'kind') === 'commit' ? commitOf(event) : null };
}

function commitOf(event: Fields): JetstreamCommit | null {
  const commit = recordIn(event, 'commit');
  const did = textIn(event, 'did', MAX_NAME_CHARS);
  if (commit === null || did === null) return null;
  const operation = ownField(commit, 'operation');
  const [collection, rkey, rev] = ['collection', 'rkey', 'rev'].map((key) =>
    textIn(commit, key, MAX_NAME_CHARS),
  );
  if (collection == null || rkey == null) return null;
  if (operation !== 'create' && operation !== 'update' && operation !== 'delete') return null;
  const record = operation === 'delete' ? null : recordIn(commit, 'record');
  if (operation !== 'delete' && record === null) return null;
  return { operation, did, collection, rkey, rev: rev ?? '', record };
}

export interface PostText {
  readonly text: string;
  readonly languages: readonly string[];
}

/** Text and stated languages of a record; null without text, such as a picture alone. */
export function postTextOf(record: Fields): PostText | null {
  const text = textIn(record, 'text', Number.POSITIVE_INFINITY);
  if (text === null) return null;
  const languages = listIn(record, 'langs')
    .filter((tag) => typeof tag === 'string')
    .slice(0, 10);
  return { text, languages };
}

/**
 * A commit as a document. The id is a digest, and there is no address, because both would name the author.
 *
 * The time is the one that the author's program claims, unless that is unreadable or later than the server's: then the server's.
 * An edit or a deletion happened when the server saw it.
 */
export function jetstreamDocument({
  timeUs,
  commit,
}: JetstreamEvent & { commit: JetstreamCommit }): Record<string, unknown> {
  const seenAt = new Date(Math.floor(timeUs / 1_000)).toISOString();
  const identity = { nativeId: jetstreamNativeId(commit), author: { id: commit.did } };
  if (commit.record === null) return { ...identity, action: 'retract', publishedAt: seenAt };
  const post = postTextOf(commit.record);
  return {
    ...identity,
    action: commit.operation === 'update' ? 'replace' : 'add',
    text: post?.text ?? '',
    language: post?.languages[0] ?? null,
    publishedAt: earlier(ownField(commit.record, 'createdAt'), seenAt),
    ...(commit.operation === 'update' ? { modifiedAt: seenAt } : {}),
    extra: extraOf(commit.record),
  };
}

export function jetstreamNativeId({ did, collection, rkey }: JetstreamCommit): string {
  return `at-${digest([did, collection, rkey])}`;
}

function earlier(claimed: unknown, seenAt: string): string {
  const ms = typeof claimed === 'string' && claimed.length < 40 ? Date.parse(claimed) : Number.NaN;
  return Number.isNaN(ms) || ms < EARLIEST_MS || ms > Date.parse(seenAt)
    ? seenAt
    : new Date(ms).toISOString();
}

function extraOf(record: Fields): Record<string, unknown> {
  const embed = recordIn(record, 'embed');
  const external = embed === null ? null : recordIn(embed, 'external');
  const link = external === null ? null : sharedLink(textIn(external, 'uri', 1_000));
  return {
    ...(recordIn(record, 'reply') === null ? {} : { reply: true }),
    ...(link === null ? {} : { link }),
  };
}
