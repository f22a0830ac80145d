import type { SourceInfo } from '../../pipeline/core/document.js';
import { ConfigError, InvalidDocumentError, type Reason } from '../../pipeline/core/errors.js';
import { shownAddress } from '../fetch/address-guard.js';
import type { FetchedPage, GuardedClient } from '../fetch/guarded-client.js';
import { retryAfterMs } from '../fetch/retry-after.js';
import type { ParsedFeed } from '../parse/feed.js';
import type { ParseThread } from '../parse-thread/parse-thread.js';
import type { Deliver, Source } from '../source.js';
import { parseContextOf, type SourceParts } from '../source-parts.js';
import { createStatusTracker, type StatusTracker } from '../source-status.js';
import { createBackOff, type BackOff } from './back-off.js';
import {
  decodeFeedCursor,
  encodeFeedCursor,
  feedCursorName,
  type FeedCursor,
  type IdHabit,
} from './feed-cursor.js';
import { feedPauseMs } from './feed-schedule.js';
import { createNotBefore } from './not-before.js';
import { ofLog } from './of-log.js';
import { RefusedAnswer, runPollLoop, type Reading } from './poll-loop.js';
import { readFeedNews } from './read-feed.js';
import { refusedPage, untilOf } from './refused-page.js';

const MIN_INTERVAL_MS = 60_000;
const DEFAULT_INTERVAL_MS = 300_000;
/** After so long without a whole answer the feed is asked without conditions: some say "not modified" for ever. */
const TRUST_NOT_MODIFIED_MS = 86_400_000;
const MAX_ITEMS = 500;
const ACCEPT =
  'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1';

export interface RssOptions extends SourceParts {
  /** The feed as a source of documents; `kind` is `news` and `name` is the id unless given. */
  readonly source: Partial<SourceInfo> & { readonly id: string };
  readonly url: string;
  /** At least 60 s; default 300 s. */
  readonly intervalMs?: number;
  /** False asks every `intervalMs` whatever `ttl`, `skipHours` and `skipDays` the feed states. */
  readonly followSchedule?: boolean;
  /** Zone of times that name none, such as `+08:00`; without it their items are rejected. */
  readonly zone?: string | null;
  /** Hint that takes the place of what the feed says. */
  readonly language?: string | null;
  /** False keeps no author, not even as a pseudonym. */
  readonly authors?: boolean;
  readonly client: Pick<GuardedClient, 'get'>;
  /** Reads feeds away from this thread. */
  readonly readFeed: ParseThread['readFeed'];
  readonly readCursor: (name: string) => Promise<string | null>;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  /** The feed said that it is at another address from now on, where it will be asked. */
  readonly onMoved: (from: string, to: string) => void;
}

/**
 * Polls one feed of any format until the signal is aborted; one source a feed, so that a bad feed never stops others.
 *
 * Polite: conditional requests, Retry-After of any answer (of a refusal over a restart, too), `ttl`, `skipHours` and `skipDays`, a doubled pause after each failure (at most an hour),
 * jitter. A failure makes it `degraded` with the reason and nothing more; of a feed that is cut off the whole items are taken and it is asked for again.
 * New items are `add`, changed ones `replace`, withdrawn ones `retract`; validators, the address after a permanent move and the newest 2,000 item
 * hashes move with the documents. Rejects with ConfigError (`feed_gone`) when the feed is gone for good (410), and with a bug.
 */
export function createRssSource(options: RssOptions): Source {
  const tracker = createStatusTracker(options.source.id, options.clock);
  return {
    id: options.source.id,
    status: () => tracker.read(),
    run: (deliver, signal) => new FeedPoller({ options, tracker, deliver, signal }).run(),
  };
}

interface PollerParts {
  readonly options: RssOptions;
  readonly tracker: StatusTracker;
  readonly deliver: Deliver;
  readonly signal: AbortSignal;
}

class FeedPoller {
  private readonly parts: PollerParts;
  private readonly shown: string;
  private readonly intervalMs: number;
  private readonly backOff: BackOff;
  private wholeAt: number;

  constructor(parts: PollerParts) {
    this.parts = parts;
    const { url, intervalMs, clock, random } = parts.options;
    this.shown = shownAddress(url);
    this.intervalMs = Math.max(MIN_INTERVAL_MS, intervalMs ?? DEFAULT_INTERVAL_MS);
    this.backOff = createBackOff(this.intervalMs);
    // At some time within the next day, also for who starts again every night.
    this.wholeAt = clock.now() - random() * TRUST_NOT_MODIFIED_MS;
  }

  run(): Promise<void> {
    const { options, tracker, deliver, signal } = this.parts;
    const { clock, random, source, url } = options;
    return runPollLoop({
      clock,
      random,
      tracker,
      backOff: this.backOff,
      notBefore: createNotBefore({ ...options, sourceId: source.id, asked: url, deliver }),
      signal,
      read: () => this.poll(),
    });
  }

  private async poll(): Promise<Reading> {
    const { options, tracker, signal } = this.parts;
    const { clock } = options;
    const cursor = decodeFeedCursor(await ofLog(options.readCursor(this.cursorName())));
    const conditions = clock.now() - this.wholeAt > TRUST_NOT_MODIFIED_MS ? {} : conditionsOf(cursor);
    const page = await options.client.get(this.addressOf(cursor), { accept: ACCEPT, ...conditions }, signal);
    tracker.contacted();
    const asked = retryAfterMs(page.headers['retry-after'], clock.now());
    const fault = this.faultOf(page, cursor, Object.keys(conditions).length > 0);
    if (fault !== null) throw fault;
    const { next, warning } = await this.take(page, cursor);
    const { intervalMs } = this;
    const wanted =
      options.followSchedule === false ? intervalMs : feedPauseMs(next.schedule, clock.now(), intervalMs);
    return { warning, pauseMs: Math.max(wanted, asked) };
  }

  /** After a failure at the address it moved to, the one of the configuration gets its turn. */
  private addressOf(cursor: FeedCursor): string {
    const { url } = this.parts.options;
    if (cursor.movedTo === null || this.backOff.failures % 2 !== 0) return url;
    return withQuery(cursor.movedTo, queryOf(url));
  }

  /** Why there is nothing to read. Throws ConfigError when there never will be. */
  private faultOf(page: FetchedPage, cursor: FeedCursor, conditional: boolean): RefusedAnswer | null {
    const { status, headers } = page;
    if (status === 200 || (status === 304 && conditional)) return null;
    if (status === 410 && this.addressOf(cursor) === this.parts.options.url) {
      const reason = `${this.shown} is gone for good (status 410). Remove the source or correct its address.`;
      const gone = new ConfigError('feed_gone', reason, { facts: { status } });
      this.parts.tracker.become('stopped', gone);
      throw gone;
    }
    const now = this.parts.options.clock.now();
    const retryAfter = headers['retry-after'];
    if (status === 304) {
      const words = `${this.shown} says "not modified" (status 304) although it was asked for all.`;
      return new RefusedAnswer(words, { status, until: untilOf(retryAfter, now) });
    }
    return refusedPage({ name: this.shown, status, retryAfter }, now);
  }

  /** Delivers what is new. Returns what is remembered now, and what is wrong with a feed that could be read nevertheless. */
  private async take(page: FetchedPage, cursor: FeedCursor) {
    const { options, tracker, deliver } = this.parts;
    const movedTo = this.moveOf(page, cursor);
    const feed = page.status === 200 ? await this.read(page) : null;
    const news =
      feed === null
        ? { documents: [], rejected: [], memory: cursor }
        : readFeedNews(feed, this.newsOptions(cursor));
    const next: FeedCursor = {
      ...cursor,
      ...(feed === null ? {} : { ...validatorsOf(page, feed), schedule: feed.schedule }),
      ...news.memory,
      movedTo,
    };
    const value = encodeFeedCursor(next);
    if (news.documents.length > 0 || value !== encodeFeedCursor(cursor)) {
      await ofLog(deliver({ documents: news.documents, cursors: [{ name: this.cursorName(), value }] }));
    }
    // Told only now: after a failed delivery the same items come again.
    tracker.delivered(news.documents.length);
    for (const item of news.rejected) {
      tracker.rejected();
      options.onRejected(item);
    }
    if (movedTo !== null && movedTo !== cursor.movedTo) options.onMoved(this.shown, shownAddress(movedTo));
    return { next, warning: this.warningOf(feed, next.ids) };
  }

  private async read(page: FetchedPage): Promise<ParsedFeed> {
    const answer = await this.parts.options.readFeed({
      // A copy, because the bytes move to the other thread and a small buffer shares its memory.
      bytes: Uint8Array.from(page.body),
      contentType: page.headers['content-type'] ?? null,
      context: {
        baseUrl: page.url,
        zone: this.parts.options.zone ?? null,
        maxItems: MAX_ITEMS,
        hostile: 'refuse',
      },
    });
    if (!answer.ok) throw new InvalidDocumentError(answer.code, answer.message);
    this.wholeAt = this.parts.options.clock.now();
    return answer.feed;
  }

  private newsOptions(cursor: FeedCursor) {
    const { source, language = null, authors = true } = this.parts.options;
    return {
      source,
      language,
      authors,
      address: this.shown,
      memory: cursor,
      context: parseContextOf(this.parts.options),
    };
  }

  /**
   * Where it is from now on, without its query, or null for the address of the configuration. The query of the configuration goes with it: it may hold
   * a key, which must not lie in the log. A move to another query is followed each time and not remembered.
   */
  private moveOf(page: FetchedPage, cursor: FeedCursor): string | null {
    const { url } = this.parts.options;
    const asked = this.addressOf(cursor);
    const at = page.movedTo ?? asked;
    if (queryOf(at) !== queryOf(url)) return null;
    const moved = withQuery(at, '');
    return moved === withQuery(url, '') ? null : moved;
  }

  private warningOf(feed: ParsedFeed | null, ids: IdHabit): Reason | null {
    if (feed?.truncated === true)
      return { code: 'feed_cut_off', message: `${this.shown} is cut off; its whole items were taken.` };
    if (feed?.late === true) {
      const words = `${this.shown} takes so long to read that only its first ${feed.items.length} items were taken. Ask the publisher for a shorter feed.`;
      return { code: 'feed_long', message: words };
    }
    switch (ids) {
      case 'stable':
        return null;
      case 'changed':
      case 'changing':
        return {
          code: 'feed_ids_change',
          message: `The ids of ${this.shown} change with each reading; its items are told apart by link and title.`,
        };
      case 'shared':
        return {
          code: 'feed_ids_shared',
          message: `The items of ${this.shown} share their ids; they are told apart by link and title.`,
        };
    }
  }

  private cursorName(): string {
    const { source, url } = this.parts.options;
    return feedCursorName(source.id, url);
  }
}

function queryOf(address: string): string {
  return new URL(address).search;
}

function withQuery(address: string, query: string): string {
  const url = new URL(address);
  url.search = query;
  return url.href;
}

/** A feed that was cut off must come whole the next time, not as "not modified". */
function validatorsOf({ headers }: FetchedPage, feed: ParsedFeed) {
  return {
    etag: feed.truncated ? null : (headers.etag ?? null),
    lastModified: feed.truncated ? null : (headers['last-modified'] ?? null),
  };
}

function conditionsOf(cursor: FeedCursor): Readonly<Record<string, string>> {
  return {
    ...(cursor.etag === null ? {} : { 'if-none-match': cursor.etag }),
    ...(cursor.lastModified === null ? {} : { 'if-modified-since': cursor.lastModified }),
  };
}
