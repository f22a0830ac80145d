import { ownField, type Fields } from '../../parse/fields.js';
import { fieldsOf, idIn, listIn, recordIn, textIn } from './json-fields.js';

export interface StockTwitsMessage {
  /** A number that rises with time. */
  readonly id: number;
  readonly document: Readonly<Record<string, unknown>>;
}

export interface StockTwitsPage {
  /** Newest first. */
  readonly messages: readonly StockTwitsMessage[];
  /** Whether older ones follow. */
  readonly more: boolean;
}

/** A page of a symbol's stream; null for what is none. Never throws. */
export function parseStockTwitsPage(value: unknown): StockTwitsPage | null {
  const page = fieldsOf(value);
  if (page === null || !Array.isArray(ownField(page, 'messages'))) return null;
  const messages = listIn(page, 'messages').flatMap((message) => parseMessage(fieldsOf(message) ?? {}) ?? []);
  const cursor = recordIn(page, 'cursor');
  return { messages, more: cursor !== null && ownField(cursor, 'more') === true };
}

function parseMessage(message: Fields): StockTwitsMessage | null {
  const id = ownField(message, 'id');
  const text = textIn(message, 'body');
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || text === null) return null;
  const user = recordIn(message, 'user') ?? {};
  return {
    id,
    document: {
      nativeId: String(id),
      // Without the name of the author, which their own links hold.
      url: `https://stocktwits.com/message/${id}`,
      text,
      tickers: symbolsOf(message),
      author: { id: idIn(user, 'id') ?? '' },
      publishedAt: ownField(message, 'created_at'),
      extra: extraOf(message, user),
    },
  };
}

function symbolsOf(message: Fields): readonly string[] {
  return listIn(message, 'symbols').flatMap((symbol) => textIn(fieldsOf(symbol) ?? {}, 'symbol', 20) ?? []);
}

function extraOf(message: Fields, user: Fields): Record<string, unknown> {
  const sentiment = recordIn(recordIn(message, 'entities') ?? {}, 'sentiment');
  const stated = sentiment === null ? null : textIn(sentiment, 'basic', 20);
  const likes = ownField(recordIn(message, 'likes') ?? {}, 'total');
  const reposts = ownField(recordIn(message, 'reshares') ?? {}, 'reshared_count');
  const since = textIn(user, 'join_date', 40);
  return {
    ...(stated === null ? {} : { statedSentiment: stated }),
    ...(typeof likes === 'number' ? { likes } : {}),
    ...(typeof reposts === 'number' ? { reposts } : {}),
    ...(since === null ? {} : { accountSince: since.slice(0, 7) }),
  };
}
