import { InvalidDocumentError } from '../../../pipeline/core/errors.js';
import { decodeFeed } from '../../../ingest/parse/decode-feed.js';
import { encodedFeeds } from '../../support/feeds/encoded-feeds.js';
import { piecesOf } from '../target.js';

const TYPES = [
  null,
  'text/xml',
  'text/xml; charset=utf-16',
  'text/xml; charset=gb2312',
  'x; charset="\u0000',
];

export const seeds = encodedFeeds().map(({ bytes }) => bytes);

export const pieces = [
  ...piecesOf(['<?xml version="1.0" encoding="', 'big5', 'utf-16', 'shift_jis', 'hz-gb-2312', '?>', '盈利']),
  ...[
    [0xff, 0xfe],
    [0xfe, 0xff],
    [0x00],
    [0x81, 0x30, 0x81, 0x30],
    [0xd8, 0x00],
    [0x1b, 0x24, 0x42],
    [0x4c, 0x6f, 0xa7, 0x94],
  ].map((bytes) => Uint8Array.from(bytes)),
];

export const limitMs = 1_000;

/** Any bytes are decoded to well-formed text under any content type, or refused. */
export function run(bytes: Uint8Array): void {
  for (const type of TYPES) {
    try {
      if (!decodeFeed(bytes, type).text.isWellFormed()) throw new Error('The text has half a character.');
    } catch (error) {
      if (!(error instanceof InvalidDocumentError)) throw error;
    }
  }
}
