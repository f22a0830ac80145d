import { UnavailableError } from '../../../pipeline/core/errors.js';
import type { Source, SourceCursor } from '../../source.js';
import { parseJson } from './json-fields.js';
import { StreamRefusedError, type LiveItem, type LiveStep } from './live-stream.js';
import { connectionOf, openStream } from './open-stream.js';
import { parseXMessage, type XMessage, type XPost } from './parse-x.js';
import { readStreamLines } from './read-stream-lines.js';
import { createLiveSource, type LiveParts } from './run-live-stream.js';
import { decodeSeenPosts, type SeenPosts } from './seen-posts.js';
import { ensureRules, limitEndOf, X_ADVICE, X_NAME, type XAccess } from './x-rules.js';

export interface XOptions extends LiveParts, Omit<XAccess, 'clock'> {
  /** In the language of X's filtered stream, such as `($TSLA OR Tesla) lang:en -is:retweet`. */
  readonly rules: readonly string[];
  /** Minutes that the plan replays after a disconnection, 0 … 5. */
  readonly backfillMinutes: number;
}

/** X sends a line end every 20 s. */
const SILENCE_MS = 25_000;
const MAX_SEEN = 1_000;
const MINUTE_MS = 60_000;
const STORE_EVERY_MS = 20_000;
/** A shorter absence is no gap worth telling: the time that is stored lags by as much. */
const TOLERANCE_MS = 30_000;

/**
 * Reads X's filtered stream. The rules of the source are made known to X under a tag of its own, and nobody else's are touched.
 *
 * After a disconnection X replays at most `backfillMinutes`; what is taken twice by that is left out, and what lies further back is a gap, which is told. Edits are `replace`;
 * deletions come only to accounts whose stream carries them, as `retract`.
 */
export function createXSource(options: XOptions): Source {
  const name = `x:${options.source.id}`;
  const taken = new Set<string>();
  return createLiveSource({
    ...options,
    silenceMs: SILENCE_MS,
    stream: {
      name: X_NAME,
      open: async (signal) => {
        const lastAt = timeOf(await options.readCursor(name));
        const seen = decodeSeenPosts(await options.readCursor(`${name}:seen`), MAX_SEEN);
        const ruleIds = await ensureRules(
          options,
          { sourceId: options.source.id, wanted: options.rules, taken },
          signal,
        );
        const absence = absenceOf(options, lastAt);
        const opened = await openStream(
          {
            client: options.client,
            request: streamRequest(options, absence.backfillMinutes),
            name: X_NAME,
            advice: X_ADVICE,
            clock: options.clock,
            limitEndsAt: limitEndOf,
          },
          signal,
        );
        const reader = new PostReader({ options, name, seen, ruleIds, gap: absence.gap });
        return connectionOf(readStreamLines(opened.body), opened.close, (lines) => reader.stepOf(lines));
      },
    },
  });
}

interface Absence {
  readonly backfillMinutes: number;
  readonly gap: string | null;
}

function absenceOf({ clock, backfillMinutes }: XOptions, lastAt: number | null): Absence {
  if (lastAt === null) return { backfillMinutes: 0, gap: null };
  const now = clock.now();
  const asked = Math.min(backfillMinutes, Math.ceil((now - lastAt) / MINUTE_MS));
  const replayFrom = now - backfillMinutes * MINUTE_MS;
  if (replayFrom - lastAt <= TOLERANCE_MS) return { backfillMinutes: asked, gap: null };
  const [from, to] = [lastAt, replayFrom].map((ms) => new Date(ms).toISOString());
  const gap = `Posts from ${from} to ${to} are missing: ${X_NAME} replays ${backfillMinutes} minutes after a disconnection. Load them by its search if they matter.`;
  return { backfillMinutes: asked, gap };
}

const FIELDS = {
  'tweet.fields':
    'author_id,created_at,edit_history_tweet_ids,entities,lang,note_tweet,public_metrics,referenced_tweets',
  expansions: 'author_id',
  'user.fields': 'created_at',
};

function streamRequest({ url, token }: XOptions, backfillMinutes: number) {
  const address = new URL(`${url}/2/tweets/search/stream`);
  for (const [key, value] of Object.entries(FIELDS)) address.searchParams.set(key, value);
  if (backfillMinutes > 0) address.searchParams.set('backfill_minutes', String(backfillMinutes));
  return {
    url: address.href,
    headers: { accept: 'application/json' },
    secretHeaders: { authorization: `Bearer ${token}` },
  };
}

interface PostReaderParts {
  readonly options: XOptions;
  readonly name: string;
  readonly seen: SeenPosts;
  readonly ruleIds: ReadonlySet<string>;
  readonly gap: string | null;
}

class PostReader {
  private storedAt: number | null = null;
  private gapTold = false;

  constructor(private readonly parts: PostReaderParts) {}

  /** Empty lines are how X shows that it lives. */
  stepOf(lines: readonly string[]): LiveStep {
    const messages = lines.filter((line) => line.trim() !== '').map((line) => parseXMessage(parseJson(line)));
    const items = messages.flatMap((message) => this.itemsOf(message));
    const { gap } = this.parts;
    const tells = gap !== null && !this.gapTold;
    this.gapTold = true;
    return { items, cursors: this.cursorsFor(items), ...(tells ? { gap } : {}) };
  }

  private itemsOf(message: XMessage): readonly LiveItem[] {
    switch (message.kind) {
      case 'post':
        return this.take(message.post);
      case 'deletion':
        return this.withdraw(message.id, message.at);
      case 'problem':
        throw problemError(message);
      case 'other':
        return [];
    }
  }

  private take({ id, versionId, ruleIds, document }: XPost): readonly LiveItem[] {
    const { seen, ruleIds: ours } = this.parts;
    // One stream serves all who use the token; a post may match only the rules of others.
    const isOurs = ruleIds.some((rule) => ours.has(rule));
    if (!isOurs || seen.markOf(id) === versionId) return [];
    seen.note(id, versionId);
    return [{ document, place: `post ${versionId}` }];
  }

  private withdraw(id: string, at: string | null): readonly LiveItem[] {
    const publishedAt = at ?? new Date(this.parts.options.clock.now()).toISOString();
    return [{ document: { action: 'retract', nativeId: id, publishedAt }, place: `post ${id}` }];
  }

  private cursorsFor(items: readonly LiveItem[]): readonly SourceCursor[] {
    const { options, name, seen } = this.parts;
    const now = options.clock.now();
    if (items.length === 0 && this.storedAt !== null && now - this.storedAt < STORE_EVERY_MS) return [];
    this.storedAt = now;
    const at = { name, value: new Date(now).toISOString() };
    return items.length === 0 ? [at] : [at, { name: `${name}:seen`, value: seen.encode() }];
  }
}

function problemError({ code, detail }: { readonly code: string; readonly detail: string }): Error {
  switch (code) {
    case 'TooManyConnections':
      return new StreamRefusedError(
        'too_many_connections',
        `${X_NAME} allows no further connection with this token: end the other one, or use a token of its own. (${detail})`,
      );
    case 'usage-capped':
      return new StreamRefusedError(
        'usage_capped',
        `The posts of the plan are used up: raise the cap in the developer portal, or wait for the next period. (${detail})`,
      );
    default:
      return new UnavailableError('broken_off', `${X_NAME} broke the stream off: ${detail}`, {
        retriable: true,
      });
  }
}

/** Null for what is missing or damaged. */
function timeOf(value: string | null): number | null {
  const ms = value === null ? Number.NaN : Date.parse(value);
  return Number.isNaN(ms) ? null : ms;
}
