import type { RawDocument, SourceInfo } from '../../../pipeline/core/document.js';
import { InvalidDocumentError, type Reason } from '../../../pipeline/core/errors.js';
import type { FetchedPage, GuardedClient } from '../../fetch/guarded-client.js';
import { NO_SCHEDULE, type FeedItem, type ParsedFeed } from '../../parse/feed.js';
import { digest } from '../../parse/identity.js';
import type { ParseThread } from '../../parse-thread/parse-thread.js';
import type { Deliver, Source } from '../../source.js';
import { parseContextOf, type SourceParts } from '../../source-parts.js';
import { createStatusTracker, type StatusTracker } from '../../source-status.js';
import { createBackOff } from '../back-off.js';
import { decodeFeedCursor, encodeFeedCursor, type FeedCursor } from '../feed-cursor.js';
import { keyOf } from '../identify-items.js';
import { createNotBefore } from '../not-before.js';
import { ofLog } from '../of-log.js';
import { runPollLoop, type Reading, type RefusedAnswer } from '../poll-loop.js';
import { refusedPage } from '../refused-page.js';
import { readFeedNews } from '../read-feed.js';
import { accessionOf, extraOfFiling, readFilings, type Filing } from './read-filings.js';

/** The most that EDGAR gives at a time. */
const PAGE_ENTRIES = 100;
/** Of one reading: 2,000 entries, more than are filed in the busiest quarter of an hour. */
const MAX_PAGES = 20;

export interface EdgarOptions extends SourceParts {
  readonly source: Partial<SourceInfo> & { readonly id: string };
  /** Of the listing of current filings, without its query. */
  readonly url: string;
  readonly intervalMs: number;
  /** Without `/A`, which is taken with its form; null takes all. */
  readonly forms: readonly string[] | null;
  /** Names a person to ask in its User-Agent: EDGAR refuses others. At most 10 requests a second in all. */
  readonly client: Pick<GuardedClient, 'get'>;
  readonly readFeed: ParseThread['readFeed'];
  readonly readCursor: (name: string) => Promise<string | null>;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
}

/**
 * Reads the current filings of the SEC's EDGAR: one document a filing, whose id is the accession number, with the form and a hint at
 * the topic in `extra`.
 *
 * The first reading takes the newest page; each later one goes back page by page until it meets what is known, so that a burst between two
 * readings is not missed. More than 2,000 new entries at once are told as a gap. A filing to which a party is added is a `replace`.
 */
export function createEdgarSource(options: EdgarOptions): Source {
  const tracker = createStatusTracker(options.source.id, options.clock);
  return {
    id: options.source.id,
    status: () => tracker.read(),
    run: (deliver, signal) => new FilingPoller({ options, tracker, deliver, signal }).run(),
  };
}

interface PollerParts {
  readonly options: EdgarOptions;
  readonly tracker: StatusTracker;
  readonly deliver: Deliver;
  readonly signal: AbortSignal;
}

class FilingPoller {
  private readonly parts: PollerParts;

  constructor(parts: PollerParts) {
    this.parts = parts;
  }

  run(): Promise<void> {
    const { options, tracker, deliver, signal } = this.parts;
    const { clock, random, intervalMs, source, url } = options;
    return runPollLoop({
      clock,
      random,
      tracker,
      backOff: createBackOff(intervalMs),
      notBefore: createNotBefore({ ...options, sourceId: source.id, asked: url, deliver }),
      signal,
      read: () => this.poll(),
    });
  }

  private async poll(): Promise<Reading> {
    const { options } = this.parts;
    const cursor = decodeFeedCursor(await ofLog(options.readCursor(this.cursorName())));
    const { filings, gap } = await this.readListing(cursor);
    await this.take(filings, cursor);
    return { warning: gap ? GAP : null, pauseMs: options.intervalMs };
  }

  private async readListing(cursor: FeedCursor): Promise<{ filings: readonly Filing[]; gap: boolean }> {
    const first = cursor.recent.size === 0;
    const entries: FeedItem[] = [];
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const found = await this.readPage(page * PAGE_ENTRIES);
      entries.push(...found);
      if (found.length < PAGE_ENTRIES) return { filings: readFilings(entries), gap: false };
      // The last filing may go on over the page; the one before it is whole.
      const whole = withoutLastFiling(entries);
      const oldest = whole.at(-1);
      const known = oldest !== undefined && cursor.recent.has(keyOf(accessionOf(oldest) ?? ''));
      if (first || known) return { filings: readFilings(whole), gap: false };
    }
    return { filings: readFilings(withoutLastFiling(entries)), gap: true };
  }

  private async readPage(start: number): Promise<readonly FeedItem[]> {
    const { options, tracker, signal } = this.parts;
    const query = new URLSearchParams({
      action: 'getcurrent',
      owner: 'include',
      start: String(start),
      count: String(PAGE_ENTRIES),
      output: 'atom',
    });
    const page = await options.client.get(
      `${options.url}?${query.toString()}`,
      { accept: 'application/atom+xml' },
      signal,
    );
    tracker.contacted();
    if (page.status !== 200) throw refusal(page, options.clock.now());
    const answer = await options.readFeed({
      // A copy, because the bytes move to the other thread and a small buffer shares its memory.
      bytes: Uint8Array.from(page.body),
      contentType: page.headers['content-type'] ?? null,
      context: { baseUrl: page.url, zone: null, maxItems: PAGE_ENTRIES, hostile: 'refuse' },
    });
    if (!answer.ok) throw new InvalidDocumentError(answer.code, answer.message);
    const { items, truncated, late } = answer.feed;
    if (truncated) throw new InvalidDocumentError('feed_cut_off', 'The listing of EDGAR is cut off.');
    if (late) throw new InvalidDocumentError('feed_deadline', 'The listing of EDGAR takes too long to read.');
    if (items.length > 0 && !items.some((item) => accessionOf(item) !== null)) {
      throw new InvalidDocumentError('edgar_unknown', 'No entry of the listing has an accession number.');
    }
    return items;
  }

  private async take(filings: readonly Filing[], cursor: FeedCursor): Promise<void> {
    const { options, tracker, deliver } = this.parts;
    const byAccession = new Map(filings.map((filing) => [filing.accession, filing]));
    const news = readFeedNews(feedOf(filings), {
      source: options.source,
      language: 'en',
      address: options.url,
      memory: cursor,
      context: parseContextOf(options),
      extraOf: (accession) => {
        const filing = byAccession.get(accession);
        return filing === undefined ? {} : extraOfFiling(filing);
      },
    });
    const documents = news.documents.filter((document) => this.isWanted(document));
    const value = encodeFeedCursor({ ...cursor, ...news.memory });
    if (documents.length > 0 || value !== encodeFeedCursor(cursor)) {
      await ofLog(deliver({ documents, cursors: [{ name: this.cursorName(), value }] }));
    }
    tracker.delivered(documents.length);
    for (const item of news.rejected) {
      tracker.rejected();
      options.onRejected(item);
    }
  }

  /** Filings of other forms are remembered all the same: by them a reading knows how far back to go. */
  private isWanted({ extra }: RawDocument): boolean {
    const { forms } = this.parts.options;
    const { form } = extra;
    return forms === null || (typeof form === 'string' && forms.includes(form.replace(/\/A$/, '')));
  }

  private cursorName(): string {
    const { source, url } = this.parts.options;
    return `edgar:${source.id}:${digest([url]).slice(0, 8)}`;
  }
}

const GAP: Reason = {
  code: 'items_missed',
  message: `More than ${MAX_PAGES * PAGE_ENTRIES} entries were filed since the last reading; the oldest of them were missed.`,
};

const DENIED = 'Too many requests, or a User-Agent without a contact: set fetch.contact.';

function refusal({ status, headers }: FetchedPage, now: number): RefusedAnswer {
  const refusing = { name: 'EDGAR', status, retryAfter: headers['retry-after'] };
  return refusedPage(refusing, now, status === 403 ? DENIED : undefined);
}

function withoutLastFiling(entries: readonly FeedItem[]): readonly FeedItem[] {
  const last = entries.at(-1);
  if (last === undefined) return entries;
  const accession = accessionOf(last);
  return entries.filter((entry) => accessionOf(entry) !== accession);
}

function feedOf(filings: readonly Filing[]): ParsedFeed {
  return {
    format: 'atom',
    version: null,
    title: null,
    language: 'en',
    schedule: NO_SCHEDULE,
    items: filings.map(({ item }) => item),
    withdrawn: [],
    truncated: false,
    late: false,
    warnings: [],
  };
}
