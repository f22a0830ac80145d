import { cleanLine } from './clean-text.js';

const KNOWN = new Set([
  'action',
  'source',
  'nativeId',
  'url',
  'title',
  'text',
  'html',
  'language',
  'author',
  'publishedAt',
  'modifiedAt',
  'precision',
  'tickers',
  'extra',
]);
/** Of flat rows, whose source is a word. */
const KNOWN_IN_ROWS = new Set(['id', 'score']);
const MAX_NAMES = 10;

/** Words about the fields of a posted document that are passed over, or null when there are none. A name may be misspelt, and nobody would see it. */
export function warnOfUnknownFields(input: unknown): string | null {
  if (typeof input !== 'object' || input === null) return null;
  const isRow = Object.hasOwn(input, 'source') && typeof (input as { source: unknown }).source === 'string';
  const unknown = Object.keys(input).filter(
    (name) => !KNOWN.has(name) && !(isRow && KNOWN_IN_ROWS.has(name)),
  );
  if (unknown.length === 0) return null;
  const names = unknown.slice(0, MAX_NAMES).map((name) => cleanLine(name.slice(0, 40)));
  const more = unknown.length > MAX_NAMES ? ` and ${unknown.length - MAX_NAMES} more` : '';
  return `Unknown fields were passed over: ${names.join(', ')}${more}. Put what is to be kept into "extra".`;
}
