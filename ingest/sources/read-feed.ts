import type { RawDocument, SourceInfo } from '../../pipeline/core/document.js';
import { InvalidDocumentError } from '../../pipeline/core/errors.js';
import type { FeedItem, ParsedFeed } from '../parse/feed.js';
import { digest } from '../parse/identity.js';
import { parseDocument, type ParseContext } from '../parse/parse-document.js';
import type { RejectedItem } from '../source.js';

export interface FeedNews {
  /** New items as `add`, changed ones as `replace`, oldest first. */
  readonly documents: readonly RawDocument[];
  readonly rejected: readonly RejectedItem[];
  /** What to remember: the items of this reading, newest last. */
  readonly recent: ReadonlyMap<string, string>;
}

export interface FeedNewsOptions {
  readonly source: Partial<SourceInfo> & { readonly id: string };
  readonly address: string;
  readonly context: Omit<ParseContext, 'defaultSource'>;
  readonly recent: ReadonlyMap<string, string>;
}

/**
 * Compares a feed with what is remembered of it. An item that was seen with the same content yields nothing; a rejected one is told once.
 * Of two items with one id in a feed the first counts; one in which the feed was cut off is left for the next reading.
 */
export function readFeedNews(feed: ParsedFeed, options: FeedNewsOptions): FeedNews {
  const { recent, source, address } = options;
  const remembered = new Map(recent);
  const seen = new Set<string>();
  const documents: RawDocument[] = [];
  const rejected: RejectedItem[] = [];
  for (const item of feed.items) {
    if (item.partial) continue;
    const key = digest([item.nativeId ?? `${item.title ?? ''} ${item.text}`]).slice(0, 16);
    if (seen.has(key)) continue;
    seen.add(key);
    const before = recent.get(key);
    const outcome = readItem(item, { feed, options });
    const mark = outcome instanceof InvalidDocumentError ? `!${outcome.code}` : outcome.contentHash;
    // Taken out and put back, so that what the feed still shows is forgotten last.
    remembered.delete(key);
    remembered.set(key, mark);
    if (mark === before) continue;
    if (outcome instanceof InvalidDocumentError) {
      const { code, field, message } = outcome;
      const place = `${address} ${item.nativeId ?? item.title ?? '(no id)'}`;
      rejected.push({ sourceId: source.id, place, code, field, message });
      continue;
    }
    const changed = before !== undefined && !before.startsWith('!');
    const document = changed ? readItem(item, { feed, options, action: 'replace' }) : outcome;
    if (!(document instanceof InvalidDocumentError)) documents.push(document);
  }
  documents.sort((a, b) => (a.publishedAt < b.publishedAt ? -1 : 1));
  return { documents, rejected, recent: remembered };
}

interface Reading {
  readonly feed: ParsedFeed;
  readonly options: FeedNewsOptions;
  readonly action?: 'replace';
}

function readItem(item: FeedItem, { feed, options, action }: Reading): RawDocument | InvalidDocumentError {
  const { source, context } = options;
  try {
    return parseDocument(
      {
        action: action ?? 'add',
        source,
        nativeId: item.nativeId,
        url: item.url,
        title: item.title,
        text: item.text,
        language: feed.language,
        publishedAt: item.publishedAt ?? item.rawTime,
        modifiedAt: item.modifiedAt,
        ...(item.author === null ? {} : { author: item.author }),
      },
      context,
    );
  } catch (error) {
    if (error instanceof InvalidDocumentError) return error;
    throw error;
  }
}
