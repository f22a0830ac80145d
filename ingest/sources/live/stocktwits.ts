import type { Reason } from '../../../pipeline/core/errors.js';
import type { GuardedClient } from '../../fetch/guarded-client.js';
import type { Source } from '../../source.js';
import { fieldsOf, parseJson } from './json-fields.js';
import { listingSilenceMs, pollListing, type Reading } from './listing.js';
import { StreamRefusedError } from './live-stream.js';
import { parseStockTwitsPage, type StockTwitsMessage } from './parse-stocktwits.js';
import { refusal, type Advice } from './refusals.js';
import { createLiveSource, type LiveParts } from './run-live-stream.js';
import { decodeSeenPosts, type SeenPosts } from './seen-posts.js';

export interface StockTwitsOptions extends LiveParts {
  /** `https://api.stocktwits.com`. */
  readonly url: string;
  readonly symbols: readonly string[];
  /** Shared by all symbols. */
  readonly requestsPerHour: number;
  /** Left out: as anybody, with half of the requests. */
  readonly token?: string;
  readonly client: GuardedClient;
}

const NAME = 'StockTwits';
/** 30 messages each. */
const MAX_PAGES = 10;
const MAX_SEEN = 1_000;
/** Of the symbols that the service does not know, in the reason. */
const MAX_NAMED = 10;
const HOUR_MS = 3_600_000;

const ADVICE: Advice = {
  401: 'The access token is wrong or withdrawn: set a good one as "token".',
  403: 'StockTwits refuses this address or application: access for programs has to be granted (StockTwits for developers).',
};

/**
 * Reads the streams of symbols in turn, each from the newest message that was read, by pages of 30 back to it.
 *
 * A message that stands in several streams is taken once. The service tells neither edits (there are none) nor deletions. More than 300 messages of a symbol between
 * two of its turns are a gap, which is told. A symbol that the service does not know is named in the state and asked for again at its next turn; the others go on.
 */
export function createStockTwitsSource(options: StockTwitsOptions): Source {
  const name = `stocktwits:${options.source.id}`;
  const round: Round = { turn: 0, unknown: new Set() };
  const listing = {
    name: NAME,
    open: async () => {
      const reader = new SymbolReader(options, {
        name,
        round,
        seen: decodeSeenPosts(await options.readCursor(`${name}:seen`), MAX_SEEN),
        newest: decodeNewest(await options.readCursor(name)),
      });
      return (signal: AbortSignal) => reader.read(signal);
    },
  };
  const longestMs = (HOUR_MS / options.requestsPerHour) * MAX_PAGES;
  return createLiveSource({
    ...options,
    stream: pollListing(listing, options.clock),
    silenceMs: listingSilenceMs(longestMs),
  });
}

/** Outlives a reader: a symbol whose reading fails again and again would keep those after it from their turns. */
interface Round {
  turn: number;
  /** Symbols that the service did not know at their last turn. */
  readonly unknown: Set<string>;
}

interface ReaderParts {
  readonly name: string;
  readonly round: Round;
  readonly seen: SeenPosts;
  /** Symbol → id of the newest message that was read. */
  readonly newest: Map<string, number>;
}

class SymbolReader {
  constructor(
    private readonly options: StockTwitsOptions,
    private readonly parts: ReaderParts,
  ) {}

  /** One symbol; the wait makes up for all requests it took. */
  async read(signal: AbortSignal): Promise<Reading> {
    const { symbols, requestsPerHour } = this.options;
    const { name, seen, newest, round } = this.parts;
    const symbol = symbols[round.turn % symbols.length] ?? '';
    round.turn += 1;
    const since = newest.get(symbol) ?? null;
    const { messages, pages, cut, known } = await this.readPages(symbol, { since, signal });
    if (known) round.unknown.delete(symbol);
    else round.unknown.add(symbol);
    const fresh = [...messages].reverse().filter(({ id }) => seen.markOf(String(id)) === undefined);
    for (const { id } of fresh) seen.note(String(id), '');
    const top = messages.reduce((most, { id }) => Math.max(most, id), since ?? 0);
    const moved = top !== since && messages.length > 0;
    // At 0 all messages of a symbol that nobody knew yet would be asked for.
    if (known) newest.set(symbol, top);
    return {
      items: fresh.map(({ id, document }) => ({
        document: { ...document, action: 'add' },
        place: `message ${id}`,
      })),
      cursors: moved
        ? [
            { name, value: JSON.stringify(Object.fromEntries(newest)) },
            { name: `${name}:seen`, value: seen.encode() },
          ]
        : [],
      waitMs: (HOUR_MS / requestsPerHour) * pages,
      ...(cut && since !== null ? { gap: this.gapSentence(symbol, messages) } : {}),
      ...(round.unknown.size > 0 ? { trouble: unknownSymbols(round.unknown) } : {}),
    };
  }

  private async readPages(symbol: string, { since, signal }: { since: number | null; signal: AbortSignal }) {
    const messages: StockTwitsMessage[] = [];
    const mostPages = since === null ? 1 : MAX_PAGES;
    for (let pages = 1; ; pages += 1) {
      const page = await this.readPage(symbol, { since, below: messages.at(-1)?.id ?? null, signal });
      if (page === null) return { messages: [], pages, cut: false, known: false };
      const found = page.messages.filter(({ id }) => since === null || id > since);
      messages.push(...found);
      const ends = !page.more || found.length < page.messages.length || found.length === 0;
      if (ends || pages === mostPages) return { messages, pages, cut: !ends, known: true };
    }
  }

  /** Null for a symbol that the service does not know. */
  private async readPage(
    symbol: string,
    { since, below, signal }: { since: number | null; below: number | null; signal: AbortSignal },
  ) {
    const { client, clock, token, url } = this.options;
    const address = new URL(`${url}/api/2/streams/symbol/${encodeURIComponent(symbol)}.json`);
    if (since !== null) address.searchParams.set('since', String(since));
    if (below !== null) address.searchParams.set('max', String(below));
    const answer = await client.request(
      {
        method: 'GET',
        url: address.href,
        headers: { accept: 'application/json' },
        ...(token === undefined ? {} : { secretHeaders: { authorization: `OAuth ${token}` } }),
      },
      signal,
    );
    if (answer.status === 404) return null;
    if (answer.status !== 200) {
      const { status, headers } = answer;
      const reset = Number(headers['x-ratelimit-reset']) * 1_000;
      const limitEndsAt = status === 429 ? (reset > clock.now() ? reset : clock.now() + HOUR_MS) : null;
      throw refusal(
        { name: NAME, status, retryAfter: headers['retry-after'], limitEndsAt },
        ADVICE,
        clock.now(),
      );
    }
    const page = parseStockTwitsPage(parseJson(answer.body.toString('utf8')));
    if (page !== null) return page;
    throw new StreamRefusedError(
      'no_listing',
      `${NAME} answers with something that is no stream. It is tried again.`,
    );
  }

  private gapSentence(symbol: string, messages: readonly StockTwitsMessage[]): string {
    const oldest = messages.at(-1)?.id ?? 0;
    return `More messages on ${symbol} came than are read at a time: those between the last reading and message ${oldest} are missing. Read fewer symbols, or have a higher limit granted and raise "requestsPerHour".`;
  }
}

function unknownSymbols(unknown: ReadonlySet<string>): Reason {
  const named = [...unknown].slice(0, MAX_NAMED).join(', ');
  const more = unknown.size > MAX_NAMED ? ` and ${unknown.size - MAX_NAMED} more` : '';
  return {
    code: 'symbols_unknown',
    message: `${NAME} does not know ${named}${more} (status 404): correct "symbols".`,
  };
}

/** Empty for what is missing or damaged: then the newest page of each symbol is read. */
function decodeNewest(value: string | null): Map<string, number> {
  const fields = fieldsOf(value === null ? null : parseJson(value)) ?? {};
  return new Map(
    Object.entries(fields).filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1])),
  );
}
