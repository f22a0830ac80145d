import type { Clock } from '../../pipeline/core/clock.js';
import type { SourceInfo } from '../../pipeline/core/document.js';
import {
  BellwetherError,
  CancelledError,
  InvalidDocumentError,
  RejectedError,
} from '../../pipeline/core/errors.js';
import type { FetchedPage, GuardedClient } from '../fetch/guarded-client.js';
import { retryAfterMs } from '../fetch/retry-after.js';
import type { Masking } from '../parse/masking.js';
import { readFeedBytes } from '../parse/read-feed-bytes.js';
import type { Deliver, RejectedItem, Source } from '../source.js';
import { createStatusTracker, type StatusTracker } from '../source-status.js';
import { decodeFeedCursor, encodeFeedCursor, feedCursorName, type FeedCursor } from './feed-cursor.js';
import { readFeedNews } from './read-feed.js';

const MIN_INTERVAL_MS = 60_000;
const DEFAULT_INTERVAL_MS = 300_000;
const MAX_BACK_OFF_MS = 3_600_000;
/** Spreads the polls of many feeds; part of the interval. */
const JITTER = 0.1;
const MAX_ITEMS = 500;
const ACCEPT =
  'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1';

export interface RssOptions {
  /** The feed as a source of documents; `kind` is `news` and `name` is the id unless given. */
  readonly source: Partial<SourceInfo> & { readonly id: string };
  readonly url: string;
  /** At least 60 s; default 300 s. */
  readonly intervalMs?: number;
  /** Zone of times that name none, such as `+08:00`; without it their items are rejected. */
  readonly zone?: string;
  readonly client: Pick<GuardedClient, 'get'>;
  readonly readCursor: (name: string) => Promise<string | null>;
  readonly clock: Clock;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  readonly onRejected: (item: RejectedItem) => void;
  readonly authorKey?: string;
  readonly masking?: Masking;
}

/**
 * Polls one feed of any format until the signal is aborted; one source a feed, so that a bad feed never stops others.
 *
 * Polite: conditional requests, Retry-After, a doubled pause after each failure (at most an hour), jitter. A failure makes it `degraded` with
 * the reason and nothing more; of a feed that is cut off the whole items are taken and it is asked for again. New items are `add`, changed ones `replace`; validators and the newest 2,000 item
 * hashes move with the documents. Rejects only with what is neither a fetch, a feed nor a retriable delivery failure: a bug.
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
  private failures = 0;

  constructor(parts: PollerParts) {
    this.parts = parts;
  }

  async run(): Promise<void> {
    const { options, tracker, signal } = this.parts;
    while (!signal.aborted) {
      const pauseMs = await this.poll();
      await options.clock.sleep(pauseMs * (1 + JITTER * options.random()), signal);
    }
    tracker.become('stopped');
  }

  /** Returns how long to wait before the next poll. */
  private async poll(): Promise<number> {
    const { options, tracker, signal } = this.parts;
    const intervalMs = Math.max(MIN_INTERVAL_MS, options.intervalMs ?? DEFAULT_INTERVAL_MS);
    try {
      const cursor = decodeFeedCursor(await options.readCursor(this.cursorName()));
      const page = await options.client.get(options.url, conditionsOf(cursor), signal);
      tracker.contacted();
      if (page.status !== 200 && page.status !== 304) return this.refused(page, intervalMs);
      const fault = page.status === 200 ? await this.take(page, cursor) : null;
      this.failures = 0;
      if (fault === null) tracker.become('ok');
      else tracker.become('degraded', fault);
      return intervalMs;
    } catch (error) {
      if (error instanceof CancelledError) return 0;
      if (!isExpected(error)) throw error;
      tracker.become('degraded', error.message);
      return this.backOff(intervalMs);
    }
  }

  /** Returns what is wrong with a feed that could be read nevertheless. */
  private async take(page: FetchedPage, cursor: FeedCursor): Promise<string | null> {
    const { options, tracker, deliver } = this.parts;
    const { feed } = readFeedBytes(page.body, page.headers['content-type'] ?? null, {
      baseUrl: page.url,
      zone: options.zone ?? null,
      maxItems: MAX_ITEMS,
      hostile: 'refuse',
    });
    const news = readFeedNews(feed, {
      source: options.source,
      address: options.url,
      recent: cursor.recent,
      context: {
        receivedAt: options.clock.now(),
        virtualClock: false,
        ...(options.authorKey === undefined ? {} : { authorKey: options.authorKey }),
        ...(options.masking === undefined ? {} : { masking: options.masking }),
      },
    });
    const next: FeedCursor = {
      // A feed that was cut off must come whole the next time, not as "not modified".
      etag: feed.truncated ? null : (page.headers.etag ?? null),
      lastModified: feed.truncated ? null : (page.headers['last-modified'] ?? null),
      recent: news.recent,
    };
    const value = encodeFeedCursor(next);
    if (news.documents.length > 0 || value !== encodeFeedCursor(cursor)) {
      await deliver({ documents: news.documents, cursors: [{ name: this.cursorName(), value }] });
    }
    // Told only now: after a failed delivery the same items come again.
    tracker.delivered(news.documents.length);
    for (const item of news.rejected) {
      tracker.rejected();
      options.onRejected(item);
    }
    return feed.truncated ? `${options.url} is cut off; its whole items were taken.` : null;
  }

  private refused(page: FetchedPage, intervalMs: number): number {
    const { options, tracker } = this.parts;
    tracker.become('degraded', `${options.url} answers with status ${page.status}.`);
    const asked = retryAfterMs(page.headers['retry-after'], options.clock.now());
    return Math.max(this.backOff(intervalMs), asked);
  }

  private backOff(intervalMs: number): number {
    this.failures += 1;
    return Math.max(intervalMs, Math.min(MAX_BACK_OFF_MS, intervalMs * 2 ** Math.min(this.failures, 20)));
  }

  private cursorName(): string {
    const { source, url } = this.parts.options;
    return feedCursorName(source.id, url);
  }
}

function conditionsOf(cursor: FeedCursor): Readonly<Record<string, string>> {
  return {
    accept: ACCEPT,
    ...(cursor.etag === null ? {} : { 'if-none-match': cursor.etag }),
    ...(cursor.lastModified === null ? {} : { 'if-modified-since': cursor.lastModified }),
  };
}

/** What a far or broken feed, or a log that is full for now, may throw. */
function isExpected(error: unknown): error is BellwetherError {
  if (error instanceof InvalidDocumentError || error instanceof RejectedError) return true;
  return error instanceof BellwetherError && error.retriable;
}
