import type { RawDocument } from '../../../pipeline/core/document.js';
import { InvalidDocumentError } from '../../../pipeline/core/errors.js';
import type { MappedItem } from '../../mapping/compile-mapping.js';
import { readMappedItem, type MappedReading } from '../../mapping/read-mapped.js';
import { digest } from '../../parse/identity.js';

export interface PageNews {
  /** New items, and changed ones as `replace` (unless they retract), oldest first. */
  readonly documents: readonly RawDocument[];
  /** Those that were not refused for the same reason before. */
  readonly errors: readonly InvalidDocumentError[];
  /** What to remember of the page, in its order. */
  readonly shown: ReadonlyMap<string, string>;
  /** True when any item was new, so that the next page may hold new ones, too: among them may be one that stays on top. */
  readonly anyNew: boolean;
  /** True when the last item was new: then the one after it may be. */
  readonly lastNew: boolean;
}

/** Compares the items of a page with what is remembered. Of two with one id in a page the first counts. */
export function readPageNews(
  items: readonly MappedItem[],
  reading: MappedReading & { readonly recent: ReadonlyMap<string, string> },
): PageNews {
  const shown = new Map<string, string>();
  const documents: RawDocument[] = [];
  const errors: InvalidDocumentError[] = [];
  let anyNew = false;
  let lastNew = false;
  for (const item of items) {
    const outcome = readMappedItem(item, reading);
    const isError = outcome instanceof InvalidDocumentError;
    const key = isError ? keyOfRefused(item, outcome) : outcome.id.slice(0, 16);
    const mark = isError ? `!${outcome.code}` : outcome.contentHash.slice(0, 16);
    if (shown.has(key)) continue;
    shown.set(key, mark);
    const before = reading.recent.get(key);
    lastNew = before === undefined;
    anyNew ||= lastNew;
    if (before === mark) continue;
    if (isError) errors.push(outcome);
    else
      documents.push(
        before === undefined || before.startsWith('!') ? outcome : changed(item, reading, outcome),
      );
  }
  documents.sort((a, b) => a.publishedAt.localeCompare(b.publishedAt));
  return { documents, errors, shown, anyNew, lastNew };
}

/**
 * The same item as a correction of what was delivered before; with the time at which it was seen where it gives none: words that come back
 * after others would else be taken for the first message, come late.
 */
function changed(item: MappedItem, reading: MappedReading, before: RawDocument): RawDocument {
  if (before.action !== 'add' || 'error' in item) return before;
  const modifiedAt = before.modifiedAt ?? before.receivedAt;
  const corrected = readMappedItem(
    { document: { ...(item.document as object), action: 'replace', modifiedAt } },
    reading,
  );
  return corrected instanceof InvalidDocumentError ? before : corrected;
}

function keyOfRefused(item: MappedItem, { code, message }: InvalidDocumentError): string {
  const document = 'error' in item ? null : item.document;
  const id =
    typeof document === 'object' && document !== null && 'nativeId' in document ? document.nativeId : null;
  const words = typeof id === 'string' || typeof id === 'number' ? String(id) : `${code} ${message}`;
  return `!${digest([words]).slice(0, 15)}`;
}
