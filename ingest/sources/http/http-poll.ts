import type { SourceInfo } from '../../../pipeline/core/document.js';
import { InvalidDocumentError, RejectedError, type Reason } from '../../../pipeline/core/errors.js';
import type { MappingSpec } from '../../../pipeline/core/mapping.js';
import { shownAddress } from '../../fetch/address-guard.js';
import type { FetchedPage, GuardedClient } from '../../fetch/guarded-client.js';
import { compileMapping, type MappedItem } from '../../mapping/compile-mapping.js';
import { invalid } from '../../parse/fields.js';
import { decodeUtf8, parseJson } from '../../parse/parse-line.js';
import type { Deliver, Source } from '../../source.js';
import { parseContextOf, rejectedItem, type SourceParts } from '../../source-parts.js';
import { createStatusTracker, type StatusTracker } from '../../source-status.js';
import { createBackOff } from '../back-off.js';
import { createNotBefore } from '../not-before.js';
import { ofLog } from '../of-log.js';
import { runPollLoop, type RefusedAnswer } from '../poll-loop.js';
import { refusedPage } from '../refused-page.js';
import { remember } from '../remember.js';
import {
  createPageRequests,
  type PageRequest,
  type PageRequests,
  type RequestOptions,
} from './page-requests.js';
import { decodePollCursor, encodePollCursor, pollCursorName, type PollCursor } from './poll-cursor.js';
import { readPageNews } from './read-news.js';

export interface HttpPollOptions extends SourceParts {
  readonly source: SourceInfo;
  readonly language?: string | null;
  readonly request: RequestOptions;
  readonly mapping: MappingSpec;
  readonly intervalMs: number;
  readonly client: Pick<GuardedClient, 'request'>;
  readonly readCursor: (name: string) => Promise<string | null>;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
}

/**
 * Polls a JSON interface until the signal is aborted. Each page is a delivery of its own, and what is known moves with it.
 *
 * Pages are asked for while a page has any new item, newest first as such interfaces have them; a reading that was cut short (a failure,
 * a kill) looks through all its pages the next time. With more new items than pages it is `degraded`, as some may be missing.
 * Failures make it `degraded`, with a pause that doubles up to an hour; Retry-After is kept. Rejects with a bug only.
 */
export function createHttpPollSource(options: HttpPollOptions): Source {
  const tracker = createStatusTracker(options.source.id, options.clock);
  const requests = createPageRequests(options.request);
  const map = compileMapping(options.mapping);
  return {
    id: options.source.id,
    status: () => tracker.read(),
    run(deliver, signal) {
      const { clock, random, intervalMs, source, request } = options;
      const poller = new Poller({ options, tracker, requests, map, deliver, signal });
      return runPollLoop({
        clock,
        random,
        tracker,
        backOff: createBackOff(intervalMs),
        notBefore: createNotBefore({ ...options, sourceId: source.id, asked: request.url, deliver }),
        signal,
        read: async () => ({ warning: await poller.readPages(), pauseMs: intervalMs }),
      });
    },
  };
}

interface PollerParts {
  readonly options: HttpPollOptions;
  readonly tracker: StatusTracker;
  readonly requests: PageRequests;
  readonly map: (message: unknown) => readonly MappedItem[];
  readonly deliver: Deliver;
  readonly signal: AbortSignal;
}

class Poller {
  private readonly parts: PollerParts;

  constructor(parts: PollerParts) {
    this.parts = parts;
  }

  /** Reads what is new. Returns what is wrong with a reading that went through nevertheless. */
  async readPages(): Promise<Reason | null> {
    const { options, requests, signal } = this.parts;
    const cursor = decodePollCursor(await ofLog(options.readCursor(this.cursorName())));
    const shown = new Map<string, string>();
    let recent = cursor.recent;
    let request = requests.first;
    for (let number = 1; ; number += 1) {
      const page = await this.fetch(request);
      const body = jsonOf(page);
      const news = this.newsOf(body, recent);
      for (const [key, mark] of news.shown) shown.set(key, mark);
      recent = remember(cursor.recent, shown);
      const goesOn = news.anyNew || (!cursor.complete && news.size > 0);
      const next = goesOn ? this.nextOf({ page, body, number }) : null;
      await this.take(news, { complete: next === null, recent }, cursor);
      if (next instanceof RejectedError) return next;
      if (next === null || signal.aborted)
        return this.faultOf({
          number,
          isFull: news.lastNew,
          isFirst: cursor.recent.size === 0,
        });
      request = next;
    }
  }

  /** An error only after the page has been delivered: it is no reason to lose what can be read. */
  private nextOf(answer: Parameters<PageRequests['after']>[0]): PageRequest | RejectedError | null {
    try {
      return this.parts.requests.after(answer);
    } catch (error) {
      if (error instanceof RejectedError) return error;
      throw error;
    }
  }

  private async fetch(request: PageRequests['first']): Promise<FetchedPage> {
    const { options, tracker, signal } = this.parts;
    const headers = { accept: 'application/json', ...request.headers };
    const page = await options.client.request({ ...request, headers }, signal);
    tracker.contacted();
    if (page.status >= 200 && page.status < 300) return page;
    throw refusal(page, options.clock.now());
  }

  private newsOf(body: unknown, recent: ReadonlyMap<string, string>) {
    const { options, map } = this.parts;
    const { source, language = null } = options;
    const items = map(body);
    const [only] = items;
    // An answer without its list is a change of the interface or an error in JSON, not one bad item.
    if (items.length === 1 && only !== undefined && 'error' in only && only.error.code === 'no_items')
      throw only.error;
    const context = parseContextOf(options);
    return { ...readPageNews(items, { source, language, context, recent }), size: items.length };
  }

  private async take(
    { documents, errors }: Pick<ReturnType<typeof readPageNews>, 'documents' | 'errors'>,
    next: PollCursor,
    before: PollCursor,
  ): Promise<void> {
    const { options, tracker, deliver } = this.parts;
    const value = encodePollCursor(next);
    if (documents.length > 0 || value !== encodePollCursor(before))
      await ofLog(deliver({ documents, cursors: [{ name: this.cursorName(), value }] }));
    // Told only now: after a failed delivery the same items come again.
    tracker.delivered(documents.length);
    const place = shownAddress(options.request.url);
    for (const error of errors) {
      tracker.rejected();
      options.onRejected(rejectedItem(options.source.id, place, error));
    }
  }

  private faultOf(end: { number: number; isFull: boolean; isFirst: boolean }): Reason | null {
    const { paging, url } = this.parts.options.request;
    const cut = paging !== null && end.isFull && end.number >= paging.maxPages && !end.isFirst;
    if (!cut) return null;
    return {
      code: 'pages_too_few',
      message: `${shownAddress(url)} has more new items than ${paging.maxPages} pages hold; some may be missing. Poll more often, or raise maxPages.`,
    };
  }

  private cursorName(): string {
    const { source, request } = this.parts.options;
    return pollCursorName(source.id, request.url);
  }
}

function refusal({ status, url, headers }: FetchedPage, now: number): RefusedAnswer {
  const hint = 'Look at the secret of `auth` and at what the provider has granted.';
  const refusing = { name: shownAddress(url), status, retryAfter: headers['retry-after'] };
  return refusedPage(refusing, now, status === 401 || status === 403 ? hint : undefined);
}

function jsonOf({ body, headers, url }: FetchedPage): unknown {
  try {
    return parseJson(decodeUtf8(body));
  } catch (error) {
    if (!(error instanceof InvalidDocumentError)) throw error;
    const type = (headers['content-type'] ?? 'no type').slice(0, 80);
    throw invalid(
      'not_json',
      undefined,
      `${shownAddress(url)} does not answer with JSON in UTF-8 but with ${type}.`,
    );
  }
}
