import { ownField, type Fields } from '../../parse/fields.js';
import { digest } from '../../parse/identity.js';

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

/** Returns null for what is no event with a time: heartbeats, later kinds, garbage. Never throws. */
export function parseJetstreamEvent(message: string): JetstreamEvent | null {
  const event = asFields(parseJson(message));
  const timeUs = event === null ? null : ownField(event, 'time_us');
  if (event === null || typeof timeUs !== 'number' || !Number.isSafeInteger(timeUs) || timeUs <= 0)
    return null;
  return { timeUs, commit: ownField(event, 'kind') === 'commit' ? commitOf(event) : null };
}

function commitOf(event: Fields): JetstreamCommit | null {
  const commit = asFields(ownField(event, 'commit'));
  const did = name(event, 'did');
  if (commit === null || did === null) return null;
  const operation = ownField(commit, 'operation');
  const [collection, rkey, rev] = ['collection', 'rkey', 'rev'].map((key) => name(commit, key));
  if (collection == null || rkey == null) return null;
  if (operation !== 'create' && operation !== 'update' && operation !== 'delete') return null;
  const record = operation === 'delete' ? null : asFields(ownField(commit, 'record'));
  if (operation !== 'delete' && record === null) return null;
  return { operation, did, collection, rkey, rev: rev ?? '', record };
}

export interface PostText {
  readonly text: string;
  readonly languages: readonly string[];
}

/** Text and stated languages of a record; null without text, such as a picture alone. */
export function postTextOf(record: Fields): PostText | null {
  const text = ownField(record, 'text');
  if (typeof text !== 'string' || text.trim() === '') return null;
  const stated = ownField(record, 'langs');
  const languages = Array.isArray(stated) ? stated.filter((tag) => typeof tag === 'string').slice(0, 10) : [];
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
  return Number.isNaN(ms) || ms > Date.parse(seenAt) ? seenAt : new Date(ms).toISOString();
}

function extraOf(record: Fields): Record<string, unknown> {
  const embed = asFields(ownField(record, 'embed'));
  const external = embed === null ? null : asFields(ownField(embed, 'external'));
  const link = external === null ? null : ownField(external, 'uri');
  return {
    ...(asFields(ownField(record, 'reply')) === null ? {} : { reply: true }),
    ...(typeof link === 'string' && link.length <= 1_000 ? { link } : {}),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Garbage is no event; the caller goes on with the next message.
    return null;
  }
}

function asFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function name(fields: Fields, key: string): string | null {
  const value = ownField(fields, key);
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME_CHARS ? value : null;
}
