import {
  DOCUMENT_ACTIONS,
  SOURCE_KINDS,
  TIME_PRECISIONS,
  type LogPosition,
  type RawDocument,
} from '../core/document.js';
import { BellwetherError, InvalidDocumentError } from '../core/errors.js';
import type { ScoredMessage } from '../core/scored.js';
import {
  asFields,
  parseText,
  readHex,
  readList,
  readNumber,
  readOneOf,
  readText,
  readTextOrNull,
  readTime,
} from './read-fields.js';
import type { Fields } from './read-fields.js';
import { parsePosition, parseScoredMessage } from './parse-scored.js';

/** Raised when older code can no longer read what is written, as with one topic more; goes first into every message. */
const VERSION = 1;
const PREFIX = `{"v":${VERSION},`;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** JSON can smuggle half a character through valid UTF-8 as an escape; the store would refuse the whole batch for it. */
const ESCAPED_SURROGATE = /\\u[dD][89a-fA-F]/;

/** The bytes for `documents.raw`: one JSON object with a version field `v`. */
export function encodeRawDocument(document: RawDocument): Uint8Array {
  return encode(document);
}

/**
 * The bytes for `documents.raw` of what a source could not read: the original, which UNDERSTAND cannot read either.
 *
 * If it looks like a document of ours, which could name any source as its own, a byte order mark before it keeps it from being one.
 */
export function encodeUnreadable(original: Uint8Array): Uint8Array {
  try {
    decodeRawDocument(original);
  } catch (error) {
    if (error instanceof InvalidDocumentError) return original;
    throw error;
  }
  return Buffer.concat([BYTE_ORDER_MARK, original]);
}

/**
 * Reads a document back, with the known fields only.
 *
 * Throws InvalidDocumentError (`undecodable`, `newer_version`, `unknown_version`, `invalid_message`) for bytes that no version of this code wrote.
 */
export function decodeRawDocument(bytes: Uint8Array): RawDocument {
  return parseRawDocument(decode(bytes));
}

/** The bytes for `documents.scored`, in the same form. */
export function encodeScoredMessage(message: ScoredMessage): Uint8Array {
  return encode(message);
}

/** Like `decodeRawDocument`, for what UNDERSTAND has written. */
export function decodeScoredMessage(bytes: Uint8Array): ScoredMessage {
  return parseScoredMessage(decode(bytes), parseRawDocument);
}

/**
 * What can still be told of a scored message that `decodeScoredMessage` refuses: the raw message that it is about, and the
 * document in it, or all of its bytes when there is none. Null when it does not name its raw message.
 */
export function salvageScored(
  bytes: Uint8Array,
): { readonly raw: LogPosition; readonly original: Uint8Array } | null {
  try {
    const fields = decode(bytes);
    return { raw: parsePosition(fields), original: documentIn(fields) ?? bytes };
  } catch (error) {
    if (error instanceof InvalidDocumentError) return null;
    throw error;
  }
}

function documentIn({ scored }: Fields): Uint8Array | null {
  if (typeof scored !== 'object' || scored === null || !('document' in scored)) return null;
  return Buffer.from(JSON.stringify(scored.document));
}

function encode(value: RawDocument | ScoredMessage): Uint8Array {
  return Buffer.from(PREFIX + JSON.stringify(value).slice(1));
}

function decode(bytes: Uint8Array): Fields {
  let parsed: unknown;
  try {
    const text = utf8.decode(bytes);
    parsed = JSON.parse(text);
    if (ESCAPED_SURROGATE.test(text)) requireWellFormed(parsed);
  } catch (error) {
    if (error instanceof BellwetherError) throw error;
    throw new InvalidDocumentError('undecodable', 'The stored message is not JSON in UTF-8.', {
      cause: error,
    });
  }
  const fields = asFields(parsed, 'message');
  const version = fields['v'];
  if (version !== VERSION) {
    const found = typeof version === 'number' ? `version ${version}` : 'no version';
    throw new InvalidDocumentError(
      typeof version === 'number' && version > VERSION ? 'newer_version' : 'unknown_version',
      `The stored message has ${found}; this code reads version ${VERSION}.`,
    );
  }
  return fields;
}

function requireWellFormed(value: unknown): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed())
      throw new InvalidDocumentError('undecodable', 'The stored message has half a character in it.');
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      requireWellFormed(key);
      requireWellFormed(item);
    }
  }
}

function parseRawDocument(fields: Fields): RawDocument {
  const source = asFields(fields['source'], 'source');
  return {
    id: readHex(fields, 'id', 32),
    contentHash: readText(fields, 'contentHash'),
    action: readOneOf(fields, 'action', DOCUMENT_ACTIONS),
    source: {
      id: readText(source, 'id'),
      kind: readOneOf(source, 'kind', SOURCE_KINDS),
      name: readText(source, 'name'),
      licence: readTextOrNull(source, 'licence'),
      credibility: readNumber(source, 'credibility', 0, 1),
    },
    nativeId: readText(fields, 'nativeId'),
    url: readTextOrNull(fields, 'url'),
    title: readTextOrNull(fields, 'title'),
    text: readText(fields, 'text'),
    language: readTextOrNull(fields, 'language'),
    author: readTextOrNull(fields, 'author'),
    publishedAt: readTime(fields, 'publishedAt'),
    precision: readOneOf(fields, 'precision', TIME_PRECISIONS),
    modifiedAt: fields['modifiedAt'] === null ? null : readTime(fields, 'modifiedAt'),
    receivedAt: readTime(fields, 'receivedAt'),
    tickers: readList(fields, 'tickers', parseText),
    extra: asFields(fields['extra'], 'extra'),
    ...(fields['backfill'] === true ? { backfill: true as const } : {}),
    ...(fields['erased'] === true ? { erased: true as const } : {}),
  };
}
