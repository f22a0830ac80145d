import type { Clock } from '../../../pipeline/core/clock.js';
import type { GuardedClient } from '../../fetch/guarded-client.js';
import type { Source, SourceCursor } from '../../source.js';
import { fieldsOf, idIn, parseJson } from './json-fields.js';
import type { LiveConnection, LiveItem, LiveStep } from './live-stream.js';
import {
  decodeMastodonCursor,
  encodeMastodonCursor,
  idBefore,
  newerId,
  remember,
  type MastodonCursor,
} from './mastodon-cursor.js';
import { connectionOf, openStream } from './open-stream.js';
import { parseMastodonStatus, type MastodonStatus } from './parse-mastodon.js';
import { createPostFilter, type PostFilter, type PostFilterOptions } from './post-filter.js';
import { readEventStream, type StreamEvent } from './read-event-stream.js';
import { refusal, type Advice } from './refusals.js';
import { createLiveSource, type LiveParts } from './run-live-stream.js';
import { readTakenMemory, type TakenMemory } from './taken-memory.js';

export const MASTODON_TIMELINES = ['public', 'local', 'remote'] as const;

export interface MastodonOptions extends LiveParts {
  /** Such as `https://mastodon.example`. */
  readonly url: string;
  /** Where a server streams from another host. */
  readonly streamingUrl?: string;
  readonly timeline: (typeof MASTODON_TIMELINES)[number];
  /** Without `#`; then the posts with it, in place of the whole timeline. */
  readonly hashtag?: string;
  readonly token: string;
  readonly client: GuardedClient;
  readonly filter: PostFilterOptions;
}

const PAGE_POSTS = 40;
/** The usual limit is 300 requests in 5 minutes. */
const MAX_PAGES = 100;
/** Servers send a heartbeat every 15 s. */
const SILENCE_MS = 60_000;
const STORE_EVERY_MS = 10_000;

/**
 * Reads a timeline of a Mastodon server as it comes. The stream cannot be resumed, so each connection first reads by pages what came since the newest
 * post that was stored (and 2 minutes before it), at most 4,000 posts, while the stream waits. Edits are `replace`, deletions of taken posts `retract`;
 * what is deleted while there is no connection is not known.
 */
export function createMastodonSource(options: MastodonOptions): Source {
  const name = new URL(options.url).host;
  const cursorName = `mastodon:${options.source.id}`;
  const wanted = createPostFilter(options.filter);
  return createLiveSource({
    ...options,
    silenceMs: SILENCE_MS,
    stream: {
      name,
      open: async (signal) => {
        const cursor = decodeMastodonCursor(await options.readCursor(cursorName));
        const taken = options.filter.everything
          ? null
          : await readTakenMemory(cursorName, options.readCursor);
        const opened = await openStream(
          {
            client: options.client,
            request: streamRequest(options),
            name,
            advice: ADVICE,
            clock: options.clock,
          },
          signal,
        );
        const timeline = new Timeline({ wanted, cursorName, cursor, taken, clock: options.clock });
        const pages = cursor === null ? null : new MissedPages(options, { name, cursor, signal });
        return withMissed(
          pages,
          timeline,
          connectionOf(readEventStream(opened.body), opened.close, (events) => timeline.stepOf(events)),
        );
      },
    },
  });
}

const ADVICE: Advice = {
  401: 'The access token is missing, wrong or withdrawn: make an application with the scope "read" in the settings of an account there and put its token into "token".',
  403: 'The account may not read this timeline: the application needs the scope "read", and the server may have closed its public timelines.',
  404: 'There is no streaming at this address; servers that stream from another host name it in /api/v2/instance (put it into "streamingUrl").',
};

function streamRequest({ url, streamingUrl, timeline, hashtag, token }: MastodonOptions) {
  const base = (streamingUrl ?? url).replace(/\/+$/, '');
  const local = timeline === 'public' ? '' : `/${timeline}`;
  const path =
    hashtag === undefined
      ? `public${local}`
      : `hashtag${timeline === 'local' ? local : ''}?tag=${encodeURIComponent(hashtag)}`;
  return {
    url: `${base}/api/v1/streaming/${path}`,
    headers: { accept: 'text/event-stream' },
    secretHeaders: { authorization: `Bearer ${token}` },
  };
}

/** First what was missed, page by page, then the connection. */
function withMissed(
  pages: MissedPages | null,
  timeline: Timeline,
  connection: LiveConnection,
): LiveConnection {
  return {
    close: () => {
      connection.close();
    },
    next: async () => {
      const page = await pages?.next();
      return page == null ? connection.next() : timeline.pageStep(page);
    },
  };
}

interface MissedPage {
  readonly statuses: readonly unknown[];
  readonly gap: string | null;
}

/** What came while there was no connection, oldest first. */
class MissedPages {
  private after: string;
  private pages = 0;
  private over = false;

  constructor(
    private readonly options: MastodonOptions,
    private readonly parts: {
      readonly name: string;
      readonly cursor: MastodonCursor;
      readonly signal: AbortSignal;
    },
  ) {
    this.after = idBefore(parts.cursor.newestId);
  }

  /** Null when everything was read. */
  async next(): Promise<MissedPage | null> {
    if (this.over) return null;
    const statuses = await this.read();
    this.pages += 1;
    const ids = statuses.flatMap((status) => idIn(fieldsOf(status) ?? {}, 'id') ?? []);
    const newest = ids.reduce(newerId, this.after);
    this.over = statuses.length < PAGE_POSTS || newest === this.after || this.pages === MAX_PAGES;
    this.after = newest;
    const cut = statuses.length >= PAGE_POSTS && this.over;
    return { statuses, gap: cut ? this.gapSentence() : null };
  }

  private gapSentence(): string {
    const now = new Date(this.options.clock.now()).toISOString();
    return `More than ${MAX_PAGES * PAGE_POSTS} posts came while ${this.parts.name} was not read: those between post ${this.after} and ${now} are missing. Narrow the timeline, or load them from another source if they matter.`;
  }

  private async read(): Promise<readonly unknown[]> {
    const { client, token, clock } = this.options;
    const { name, signal } = this.parts;
    const answer = await client.request(
      {
        method: 'GET',
        url: this.address(),
        headers: { accept: 'application/json' },
        secretHeaders: { authorization: `Bearer ${token}` },
      },
      signal,
    );
    if (answer.status !== 200) {
      const { status, headers } = answer;
      const reset = Date.parse(headers['x-ratelimit-reset'] ?? '');
      const limitEndsAt = status === 429 && !Number.isNaN(reset) ? reset : null;
      throw refusal({ name, status, retryAfter: headers['retry-after'], limitEndsAt }, ADVICE, clock.now());
    }
    const page = parseJson(answer.body.toString('utf8'));
    return Array.isArray(page) ? (page as readonly unknown[]) : [];
  }

  private address(): string {
    const { url, timeline, hashtag } = this.options;
    const path = hashtag === undefined ? 'public' : `tag/${encodeURIComponent(hashtag)}`;
    const address = new URL(`${url.replace(/\/+$/, '')}/api/v1/timelines/${path}`);
    if (timeline !== 'public') address.searchParams.set(timeline, 'true');
    address.searchParams.set('limit', String(PAGE_POSTS));
    address.searchParams.set('min_id', this.after);
    return address.href;
  }
}

interface TimelineParts {
  readonly wanted: PostFilter;
  readonly cursorName: string;
  readonly cursor: MastodonCursor | null;
  /** Null when every post is taken. */
  readonly taken: TakenMemory | null;
  readonly clock: Pick<Clock, 'now'>;
}

/** Turns events and pages into steps, and leaves out what was taken before. */
class Timeline {
  private newestId: string;
  private readonly recent: Map<string, string>;
  private storedAt: number;

  constructor(private readonly parts: TimelineParts) {
    this.storedAt = parts.clock.now();
    this.newestId = parts.cursor?.newestId ?? '0';
    this.recent = new Map(parts.cursor?.recent);
  }

  stepOf(events: readonly StreamEvent[]): LiveStep {
    const items = events.flatMap(({ type, data }) => this.itemsOf(type, data));
    return { items, cursors: items.length > 0 || this.isDue() ? this.cursors() : [] };
  }

  pageStep({ statuses, gap }: MissedPage): LiveStep {
    // Pages come newest first.
    const items = [...statuses].reverse().flatMap((status) => this.take(fieldsOf(status) ?? {}));
    return { items, cursors: this.cursors(), ...(gap === null ? {} : { gap }) };
  }

  private itemsOf(type: string, data: string): readonly LiveItem[] {
    switch (type) {
      case 'update':
      case 'status.update':
        return this.take(fieldsOf(parseJson(data)) ?? {});
      case 'delete':
        return this.withdraw(data.trim());
      default:
        return [];
    }
  }

  private take(fields: Parameters<typeof parseMastodonStatus>[0]): readonly LiveItem[] {
    const status = parseMastodonStatus(fields);
    if (status === null) return [];
    this.newestId = newerId(status.id, this.newestId);
    const editedAt = status.editedAt ?? '';
    if (this.recent.get(status.id) === editedAt || !this.isWanted(status)) return [];
    remember(this.recent, status.id, editedAt);
    this.parts.taken?.add(status.id);
    const action = status.editedAt === null ? 'add' : 'replace';
    return [{ document: { ...status.document, action }, place: `post ${status.id}` }];
  }

  private isWanted({ id, text, language, editedAt }: MastodonStatus): boolean {
    const known = this.recent.has(id) || this.parts.taken?.has(id) === true;
    // An edit of a post that was taken counts whatever it says now.
    return (editedAt !== null && known) || this.parts.wanted(text, language === null ? [] : [language]);
  }

  private withdraw(id: string): readonly LiveItem[] {
    if (id === '' || id.length > 100 || this.parts.taken?.has(id) === false) return [];
    // A deletion carries no time of its own: it is as old as its event.
    const publishedAt = new Date(this.parts.clock.now()).toISOString();
    return [{ document: { action: 'retract', nativeId: id, publishedAt }, place: `post ${id}` }];
  }

  /** Without documents the position is stored every 10 s, so that little is read again. */
  private isDue(): boolean {
    return this.newestId !== '0' && this.parts.clock.now() - this.storedAt >= STORE_EVERY_MS;
  }

  private cursors(): readonly SourceCursor[] {
    this.storedAt = this.parts.clock.now();
    const value = encodeMastodonCursor({ newestId: this.newestId, recent: [...this.recent] });
    return [{ name: this.parts.cursorName, value }, ...(this.parts.taken?.changes() ?? [])];
  }
}
