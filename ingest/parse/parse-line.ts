/// <reference lib="es2024.string" />
import type { RawDocument } from '../../pipeline/core/document.js';
import { invalid } from './fields.js';
import { parseDocument, type ParseContext } from './parse-document.js';

/** Decodes strictly: bytes that are not UTF-8 are an error, never replaced. A byte order mark is dropped. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid('bad_utf8', undefined, 'The bytes are not valid UTF-8. Save or send them as UTF-8.');
  }
}

/** Reads JSON; a syntax error becomes an InvalidDocumentError in words. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.slice(0, 120) : '';
    throw invalid('bad_json', undefined, `This is not valid JSON (${detail.toWellFormed()}).`);
  }
}

/** Returns the document of one JSON line, or null for a blank line; throws InvalidDocumentError. */
export function parseLine(bytes: Uint8Array, context: ParseContext): RawDocument | null {
  const text = decodeUtf8(bytes).trim();
  return text === '' ? null : parseDocument(parseJson(text), context);
}
