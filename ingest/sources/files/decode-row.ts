import { isUtf8 } from 'node:buffer';

import { decodeBytes } from '../../parse/decode-bytes.js';
import { detectEncoding } from '../../parse/detect-encoding.js';

/** Turns bytes of a row into text. */
export type DecodeRow = (bytes: Buffer) => string;

/**
 * By the label that a person gave; else as UTF-8, and where bytes are none, in the encoding that the beginning of the file reads best in
 * (GBK, Big5, windows-125x …). Bytes that fit no encoding become U+FFFD, as a row with a broken sign is better than none.
 */
export function createRowDecoder(label: string | null, sample: Buffer): DecodeRow {
  if (label !== null) return (bytes) => decodeBytes(bytes, label, 'loose') ?? '';
  let legacy: string | null | undefined;
  return (bytes) => {
    const text = decodeBytes(bytes, 'utf-8', 'strict');
    if (text !== null) return text;
    // A file that is ASCII at its beginning says nothing; then the row has to.
    if (legacy === undefined) legacy = isUtf8(sample) ? null : detectEncoding(sample);
    return decodeBytes(bytes, legacy ?? detectEncoding(bytes), 'loose') ?? '';
  };
}
