import type { RawDocument, SourceInfo } from '../../pipeline/core/document.js';
import { InvalidDocumentError } from '../../pipeline/core/errors.js';
import { parseDocument, type ParseContext } from '../parse/parse-document.js';
import type { MappedItem } from './compile-mapping.js';

export interface MappedReading {
  /** Whose the documents are; said by the configuration, never by the message. */
  readonly source: Partial<SourceInfo> & { readonly id: string };
  /** A hint for items that name no language of their own. */
  readonly language?: string | null;
  readonly context: ParseContext;
}

type ReadItem = Exclude<MappedItem, { readonly error: InvalidDocumentError }>;

/** Either a document, or why an item is none. */
export type Outcome = RawDocument | InvalidDocumentError;

/** The validated document of each mapped item, or why it is none. Never throws. */
export function readMapped(items: readonly MappedItem[], reading: MappedReading): readonly Outcome[] {
  return items.map((item) => readMappedItem(item, reading));
}

export function readMappedItem(
  item: MappedItem,
  { source, language, context }: MappedReading,
): RawDocument | InvalidDocumentError {
  if ('error' in item) return item.error;
  const { document } = item;
  try {
    if (typeof document !== 'object' || document === null || Array.isArray(document))
      return parseDocument(document, context);
    return parseDocument({ language, ...document, source: { ...source } }, context);
  } catch (error) {
    if (error instanceof InvalidDocumentError) return withPlaces(error, item);
    throw error;
  }
}

/** Of a field that is missing, also where the mapping looks for it: the fix is there, not at the sender. */
function withPlaces(error: InvalidDocumentError, { placesOf }: ReadItem): InvalidDocumentError {
  const { code, field, message } = error;
  const places = code === 'missing_field' && field !== null ? (placesOf?.(field) ?? null) : null;
  return places === null
    ? error
    : new InvalidDocumentError(code, `${message} ${places}`, {
        ...(field === null ? {} : { field }),
        cause: error,
      });
}

/** Documents and errors apart, each in their order. */
export function partOutcomes(outcomes: readonly Outcome[]): {
  readonly documents: readonly RawDocument[];
  readonly errors: readonly InvalidDocumentError[];
} {
  return {
    documents: outcomes.filter((outcome) => !(outcome instanceof InvalidDocumentError)) as RawDocument[],
    errors: outcomes.filter((outcome) => outcome instanceof InvalidDocumentError),
  };
}
