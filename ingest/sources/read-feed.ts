import type { RawDocument, SourceInfo } from '../../pipeline/core/document.js';
import { InvalidDocumentError } from '../../pipeline/core/errors.js';
import type { ParsedFeed, Withdrawal } from '../parse/feed.js';
import { parseDocument, type ParseContext } from '../parse/parse-document.js';
import type { RejectedItem } from '../source.js';
import { rejectedItem } from '../source-parts.js';
import type { FeedMemory } from './feed-cursor.js';
import {
  identifyByOwnId,
  identifyByPlace,
  idHabitOf,
  keyOf,
  textOfFace,
  type IdentifiedItem,
} from './identify-items.js';
import { remember } from './remember.js';

export interface FeedNews {
  /** New items as `add`, changed ones as `replace`, withdrawn ones as `retract`; oldest first. */
  readonly documents: readonly RawDocument[];
  readonly rejected: readonly RejectedItem[];
  /** What to remember: the items of this reading, newest last. */
  readonly memory: FeedMemory;
}

export interface FeedNewsOptions {
  readonly source: Partial<SourceInfo> & { readonly id: string };
  readonly address: string;
  readonly context: Omit<ParseContext, 'defaultSource'>;
  readonly memory: FeedMemory;
  /** Takes the place of what the feed says; null leaves it to the feed. */
  readonly language?: string | null;
  /** False keeps no author. */
  readonly authors?: boolean;
  /** What else goes into `extra` of the document of an item. */
  readonly extraOf?: (nativeId: string) => Readonly<Record<string, unknown>>;
}

/**
 * Compares a feed with what is remembered of it. An item that was seen with the same content yields nothing; a rejected one is told once.
 *
 * Of two items with one id in a feed the first counts; one in which the feed was cut off is left for the next reading. Ids that
 * change with each reading, or are shared, give way to link and title, so that nothing comes again and again.
 */
export function readFeedNews(feed: ParsedFeed, options: FeedNewsOptions): FeedNews {
  const whole = feed.items.filter(({ partial }) => !partial);
  const own = identifyByOwnId(whole);
  const ids = idHabitOf(own, options.memory);
  const reader = new NewsReader(feed, options);
  for (const withdrawal of feed.withdrawn) reader.withdraw(withdrawal);
  if (ids === 'stable') for (const item of own) reader.read(item);
  else for (const item of identifyByPlace(whole)) reader.readByPlace(item);
  // If it was for once, the new ids are known the next time.
  if (ids === 'changed') for (const item of own) reader.remember(item);
  return reader.finish(ids);
}

class NewsReader {
  private readonly feed: ParsedFeed;
  private readonly options: FeedNewsOptions;
  private readonly shown = new Map<string, string>();
  private readonly places = new Map<string, string>();
  private readonly seen = new Set<string>();
  private readonly documents: RawDocument[] = [];
  private readonly rejected: RejectedItem[] = [];

  constructor(feed: ParsedFeed, options: FeedNewsOptions) {
    this.feed = feed;
    this.options = options;
  }

  withdraw({ nativeId, at, rawTime }: Withdrawal): void {
    const key = keyOf(nativeId);
    if (this.isSecond(key)) return;
    const before = this.options.memory.recent.get(key);
    const fields = { action: 'retract', nativeId, publishedAt: at ?? rawTime };
    this.take(this.parse(fields), { key, before, name: nativeId });
  }

  read(identified: IdentifiedItem): void {
    const { key, place, face, nativeId, item } = identified;
    if (this.isSecond(key)) return;
    this.places.set(place, face);
    const { recent, places } = this.options.memory;
    const before = recent.get(key);
    const outcome = this.parse(this.fieldsOf(identified, item.action));
    if (before === undefined && places.get(place) === face) {
      // Link, title, text and time are those of an item of the last reading: it has another id now, and nothing else.
      this.note(key, markOf(outcome));
      return;
    }
    const changed = before !== undefined && !before.startsWith('!') && item.action === 'add';
    const correction = changed ? () => this.parse(this.correctionOf(identified)) : undefined;
    this.take(outcome, { key, before, name: nativeId, ...(correction === undefined ? {} : { correction }) });
  }

  readByPlace(identified: IdentifiedItem): void {
    const { key, place, face, item, nativeId } = identified;
    if (this.isSecond(key)) return;
    this.places.set(place, face);
    const { recent, places } = this.options.memory;
    const old = places.get(place);
    const before = recent.get(key) ?? (old === undefined ? undefined : textOfFace(old));
    const mark = textOfFace(face);
    if (before === mark) {
      this.note(key, mark);
      return;
    }
    const known = before !== undefined && !before.startsWith('!') && item.action === 'add';
    const outcome = this.parse(
      known ? this.correctionOf(identified) : this.fieldsOf(identified, item.action),
    );
    this.take(outcome, { key, before, name: nativeId, mark });
  }

  /** Takes an item as read under its own id. */
  remember(identified: IdentifiedItem): void {
    this.note(identified.key, markOf(this.parse(this.fieldsOf(identified, identified.item.action))));
  }

  finish(ids: FeedMemory['ids']): FeedNews {
    // Feeds list the newest first, so that of one time the last comes first.
    const documents = this.documents
      .toReversed()
      .sort((a, b) => (a.publishedAt < b.publishedAt ? -1 : Number(a.publishedAt > b.publishedAt)));
    const recent = remember(this.options.memory.recent, this.shown);
    return { documents, rejected: this.rejected, memory: { recent, places: this.places, ids } };
  }

  private isSecond(key: string): boolean {
    if (this.seen.has(key)) return true;
    this.seen.add(key);
    return false;
  }

  private take(outcome: RawDocument | InvalidDocumentError, taking: Taking): void {
    const { key, before, name, correction } = taking;
    const invalid = outcome instanceof InvalidDocumentError;
    const mark = invalid ? markOf(outcome) : (taking.mark ?? markOf(outcome));
    this.note(key, mark);
    if (mark === before) return;
    if (invalid) {
      const { source, address } = this.options;
      this.rejected.push(rejectedItem(source.id, `${address} ${name}`, outcome));
      return;
    }
    const document = correction?.() ?? outcome;
    if (!(document instanceof InvalidDocumentError)) this.documents.push(document);
  }

  private note(key: string, mark: string): void {
    this.shown.set(key, mark);
  }

  private fieldsOf({ item, nativeId }: IdentifiedItem, action: RawDocument['action']) {
    const { language, authors = true, extraOf } = this.options;
    return {
      action,
      nativeId,
      url: item.url,
      title: item.title,
      text: item.text,
      language: language ?? this.feed.language,
      publishedAt: item.publishedAt ?? item.rawTime,
      modifiedAt: item.modifiedAt,
      ...(item.author === null || !authors ? {} : { author: item.author }),
      ...(extraOf === undefined ? {} : { extra: extraOf(nativeId) }),
    };
  }

  /** With the time at which it was seen where the feed gives none: words that come back after others would else be taken for the first message, come late. */
  private correctionOf(identified: IdentifiedItem) {
    const modifiedAt = identified.item.modifiedAt ?? new Date(this.options.context.receivedAt).toISOString();
    return { ...this.fieldsOf(identified, 'replace'), modifiedAt };
  }

  private parse(fields: Readonly<Record<string, unknown>>): RawDocument | InvalidDocumentError {
    const { source, context } = this.options;
    try {
      return parseDocument({ source, ...fields }, context);
    } catch (error) {
      if (error instanceof InvalidDocumentError) return error;
      throw error;
    }
  }
}

interface Taking {
  readonly key: string;
  readonly before: string | undefined;
  /** For the words of a rejection. */
  readonly name: string;
  /** Instead of the content hash. */
  readonly mark?: string;
  readonly correction?: () => RawDocument | InvalidDocumentError;
}

function markOf(outcome: RawDocument | InvalidDocumentError): string {
  return outcome instanceof InvalidDocumentError ? `!${outcome.code}` : outcome.contentHash;
}
