import { InvalidDocumentError } from '../../pipeline/core/errors.js';
import { invalid } from './fields.js';
import { decodeUtf8, parseJson } from './parse-line.js';

export const MAX_BODY_ITEMS = 20_000;

/** One item of a request body: its JSON value, or why it has none. */
export type BodyItem = { readonly value: unknown } | { readonly error: InvalidDocumentError };

/**
 * Returns the items of a request body: a JSON object, a JSON array, or JSON lines.
 *
 * JSON lines are taken for what they are when `lines` says so, or when the body is no JSON as a whole and its first line looks like an object.
 * Throws InvalidDocumentError when the body as a whole cannot be used: empty, not UTF-8, not JSON, over 20,000 items.
 */
export function parseBody(body: Uint8Array, lines: boolean): readonly BodyItem[] {
  const text = decodeUtf8(body).trim();
  if (text === '') {
    throw invalid(
      'empty_body',
      undefined,
      'The body is empty. Send a JSON document, an array or JSON lines.',
    );
  }
  const items = lines ? lineItems(text) : jsonItems(text);
  if (items.length === 0) {
    throw invalid('empty_body', undefined, 'The array is empty. Send at least one document.');
  }
  return items;
}

function refuseTooMany(count: number): void {
  if (count <= MAX_BODY_ITEMS) return;
  throw invalid(
    'too_many_items',
    undefined,
    `The body has ${count} documents; at most ${MAX_BODY_ITEMS} are taken at a time. Send it in parts.`,
  );
}

function jsonItems(text: string): readonly BodyItem[] {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    if (/^\{[^\n]*\}[ \t\r]*\n/.test(text)) return lineItems(text);
    throw error;
  }
  if (!Array.isArray(value)) return [{ value }];
  refuseTooMany(value.length);
  return value.map((item: unknown) => ({ value: item }));
}

function lineItems(text: string): readonly BodyItem[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  // Before they are read: a line that is none costs the most.
  refuseTooMany(lines.length);
  return lines.map(lineItem);
}

function lineItem(line: string): BodyItem {
  try {
    return { value: parseJson(line) };
  } catch (error) {
    if (error instanceof InvalidDocumentError) return { error };
    throw error;
  }
}
