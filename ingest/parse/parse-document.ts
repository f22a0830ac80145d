import {
  DOCUMENT_ACTIONS,
  TIME_PRECISIONS,
  type RawDocument,
  type SourceInfo,
  type TimePrecision,
} from '../../pipeline/core/document.js';
import { cleanJson, cleanLine } from './clean-text.js';
import { withoutPrecisePlaces } from './coarse-place.js';
import { invalid, oneOf, optionalText, ownField, requireObject, type Fields } from './fields.js';
import { contentHash, derivedNativeId, documentId, pseudonym, webUrl } from './identity.js';
import { maskJson, maskPersonalData } from './mask-personal-data.js';
import { DEFAULT_MASKING, isMasked, maskNativeId, maskUrl, type Masking } from './masking.js';
import { parseSource } from './parse-source.js';
import { readableText } from './readable-text.js';
import { parseIsoTime, type ParsedTime } from './parse-time.js';

export const DOCUMENT_LIMITS = {
  textChars: 200_000,
  htmlChars: 2_000_000,
  titleChars: 2_000,
  nativeIdChars: 2_000,
  tickers: 50,
  tickerChars: 12,
  extraKeys: 20,
  extraBytes: 4_096,
} as const;

const FUTURE_TOLERANCE_MS = 5 * 60_000;
const EARLIEST_MS = Date.UTC(1990, 0, 1);

export interface ParseContext {
  /** Milliseconds: when our edge took the document in. */
  readonly receivedAt: number;
  /** True in a replay world: the document is received when it was published or last modified, and no time is in the future. */
  readonly virtualClock: boolean;
  /** Fills gaps of the document's source. */
  readonly defaultSource?: Partial<SourceInfo>;
  /** Keys the pseudonyms of authors; without it an author is kept only when it is a pseudonym already. */
  readonly authorKey?: string;
  /** In whose texts personal data is masked; left out: customers'. */
  readonly masking?: Masking;
}

/**
 * Returns the validated document of a contract object or of a flat row of a recorded stream.
 *
 * Throws InvalidDocumentError, and nothing else, for anything that breaks the contract: its `field` names the place, its message the cause and
 * what to send instead. A time is never guessed. Texts over their limit are refused, not cut; tickers over
 * the limit of 50, longer than 12 characters or with blanks are left out; an address that is not http(s) becomes null. Where the source is one
 * that is masked, nothing of what is returned holds the personal data of the texts, not even the content hash.
 */
export function parseDocument(input: unknown, context: ParseContext): RawDocument {
  const fields = requireObject(input);
  const source = parseSource(ownField(fields, 'source'), context.defaultSource ?? {});
  const flat = typeof ownField(fields, 'source') === 'string';
  const masked = isMasked(source, context.masking ?? DEFAULT_MASKING);
  const { title, text } = parseTexts(fields, masked);
  const action = oneOf(fields, 'action', { allowed: DOCUMENT_ACTIONS, fallback: 'add' });
  const givenId = nativeIdOf(fields, flat);
  // A withdrawal has nothing to say; its native id says what it withdraws.
  if (title === null && text === '' && (action !== 'retract' || givenId === null)) {
    const words = 'Both "text" and "title" are missing or blank. Send at least one';
    throw invalid(
      'missing_field',
      'text',
      action === 'retract' ? `${words}, or the "nativeId" to retract.` : `${words}.`,
    );
  }
  const published = requiredTime(fields, 'publishedAt', context);
  const modified = isAbsent(fields, 'modifiedAt') ? null : requiredTime(fields, 'modifiedAt', context);
  const content = {
    action,
    title,
    text,
    tickers: parseTickers(ownField(fields, 'tickers')),
    publishedAt: new Date(published.ms).toISOString(),
    modifiedAt: modified === null ? null : new Date(modified.ms).toISOString(),
  };
  const url = parseUrl(fields);
  const ownId = givenId ?? deriveNativeId(url, content);
  const nativeId = masked ? maskNativeId(ownId) : ownId;
  const extra = parseExtra(fields, flat);
  return {
    id: documentId(source.id, nativeId),
    contentHash: contentHash(content),
    ...content,
    source,
    nativeId,
    url: masked && url !== null ? maskUrl(url) : url,
    language: parseLanguage(fields),
    author: parseAuthor(fields, source.id, context.authorKey),
    precision: precisionOf(fields, published, flat ? source.id : null),
    receivedAt: new Date(
      context.virtualClock ? Math.max(published.ms, modified?.ms ?? published.ms) : context.receivedAt,
    ).toISOString(),
    extra: masked ? (maskJson(extra) as RawDocument['extra']) : extra,
  };
}

function parseTexts(fields: Fields, masked: boolean): { title: string | null; text: string } {
  const title = optionalText(fields, 'title', { maxLength: DOCUMENT_LIMITS.titleChars });
  const text = parseBodyText(fields);
  if (!masked) return { title, text };
  return { title: title === null ? null : maskPersonalData(title), text: maskPersonalData(text) };
}

/** The text, or else what a person would read of the HTML. */
function parseBodyText(fields: Fields): string {
  const { textChars, htmlChars } = DOCUMENT_LIMITS;
  const text = optionalText(fields, 'text', { maxLength: textChars, multiline: true });
  if (text !== null) return text;
  const html = optionalText(fields, 'html', { maxLength: htmlChars, multiline: true });
  const readable = html === null ? null : readableText(html);
  return optionalText({ html: readable }, 'html', { maxLength: textChars, multiline: true }) ?? '';
}

function isAbsent(fields: Fields, name: string): boolean {
  const value = ownField(fields, name);
  return value === undefined || value === null || value === '';
}

function requiredTime(fields: Fields, name: string, context: ParseContext): ParsedTime {
  const example = 'for example 2026-03-31T14:05:00Z or, for a day, 2026-03-31';
  if (isAbsent(fields, name)) {
    throw invalid(
      'missing_field',
      name,
      `"${name}" is missing. Send the time of publication, ${example}; no time is made up.`,
    );
  }
  const value = ownField(fields, name);
  const time = typeof value === 'string' ? parseIsoTime(value) : null;
  if (time === null) {
    throw invalid(
      'bad_time',
      name,
      `"${name}" is not a time in ISO 8601 with a zone: ${quote(value)}. Send ${example}.`,
    );
  }
  if (time.ms < EARLIEST_MS) {
    throw invalid('time_too_old', name, `"${name}" lies before 1990: ${quote(value)}. Correct it.`);
  }
  if (!context.virtualClock && time.ms > context.receivedAt + FUTURE_TOLERANCE_MS) {
    throw invalid(
      'time_in_future',
      name,
      `"${name}" lies more than 5 minutes in the future: ${quote(value)}. Correct it, or the sender's clock and zone.`,
    );
  }
  return time;
}

/** The wires whose recorded headlines carry midnight where only the day is known. */
const DAY_ONLY_SOURCE = /reuters|guardian|wsj/i;

function precisionOf(fields: Fields, published: ParsedTime, flatSource: string | null): TimePrecision {
  if (published.precision === 'day') return 'day';
  const midnight = published.ms % 86_400_000 === 0;
  const derived =
    flatSource !== null && midnight && DAY_ONLY_SOURCE.test(flatSource) ? 'day' : published.precision;
  return oneOf(fields, 'precision', { allowed: TIME_PRECISIONS, fallback: derived });
}

function nativeIdOf(fields: Fields, flat: boolean): string | null {
  const limits = { maxLength: DOCUMENT_LIMITS.nativeIdChars };
  return optionalText(fields, 'nativeId', limits) ?? (flat ? optionalText(fields, 'id', limits) : null);
}

function deriveNativeId(
  url: string | null,
  content: { title: string | null; text: string; publishedAt: string },
): string {
  if (url !== null) return derivedNativeId(url, content.title ?? content.text, content.publishedAt);
  throw invalid(
    'missing_field',
    'nativeId',
    'Both "nativeId" and an http(s) "url" are missing. Send one, so that a repeat can be recognised.',
  );
}

function parseUrl(fields: Fields): string | null {
  const value = optionalText(fields, 'url', { maxLength: 10_000 });
  return value === null ? null : webUrl(value);
}

function parseLanguage(fields: Fields): string | null {
  const value = optionalText(fields, 'language', { maxLength: 100 });
  return value !== null && /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/.test(value) ? value : null;
}

function parseAuthor(fields: Fields, sourceId: string, key: string | undefined): string | null {
  if (isAbsent(fields, 'author')) return null;
  const value = ownField(fields, 'author');
  const author =
    typeof value === 'string'
      ? optionalText(fields, 'author', { maxLength: 500 })
      : optionalText(requireObject(value, 'author'), 'id', { label: 'author.id', maxLength: 500 });
  return author === null ? null : pseudonym(sourceId, author, key);
}

function parseTickers(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) {
    throw invalid(
      'wrong_type',
      'tickers',
      '"tickers" must be a list of texts, for example ["AAPL","0700.HK"].',
    );
  }
  const tickers = new Set<string>();
  for (const item of value as string[]) {
    const ticker = cleanLine(item.slice(0, 100)).replace(/^\$+/, '').toUpperCase();
    const usable = ticker !== '' && ticker.length <= DOCUMENT_LIMITS.tickerChars && !ticker.includes(' ');
    if (usable) tickers.add(ticker);
    if (tickers.size === DOCUMENT_LIMITS.tickers) break;
  }
  return [...tickers];
}

function parseExtra(fields: Fields, flat: boolean): Readonly<Record<string, unknown>> {
  const value = ownField(fields, 'extra') ?? {};
  const score = flat ? ownField(fields, 'score') : undefined;
  const extra = { ...requireObject(value, 'extra'), ...(typeof score === 'number' ? { score } : {}) };
  const cleaned = withoutPrecisePlaces(cleanJson(extra, 5)) as Record<string, unknown>;
  const { extraKeys, extraBytes } = DOCUMENT_LIMITS;
  if (Object.keys(cleaned).length > extraKeys || Buffer.byteLength(JSON.stringify(cleaned)) > extraBytes) {
    throw invalid(
      'too_long',
      'extra',
      `"extra" may have ${extraKeys} keys and ${extraBytes} bytes as JSON. Send less.`,
    );
  }
  return cleaned;
}

function quote(value: unknown): string {
  // What stands in the wrong field may be anything, and errors are logged.
  return typeof value === 'string'
    ? cleanLine(JSON.stringify(maskPersonalData(value.slice(0, 60))))
    : `a ${typeof value}`;
}
