import { decodeBytes } from './decode-bytes.js';
import { decodeEbcdic, looksEbcdic } from './decode-ebcdic.js';
import { decodeMixed } from './decode-mixed.js';
import { detectEncoding } from './detect-encoding.js';
import { invalid } from './fields.js';

export interface DecodedFeed {
  readonly text: string;
  /** The encoding that was used, in lower case: a label of TextDecoder, `utf-32le`, `utf-32be` or `ebcdic`. */
  readonly encoding: string;
  /** Sentences about claims that were wrong. */
  readonly warnings: readonly string[];
}

/** Shares of controls above which bytes are no text at all. */
const MAX_CONTROLS = 0.1;
/** A text in UTF-8 with a few broken places is still one in UTF-8. */
const MAX_BROKEN = 0.1;

/**
 * Decodes the bytes of a feed by byte order mark, else the zeros of UTF-16 and UTF-32, else the charset of the Content-Type, else the declaration, else UTF-8.
 *
 * Where some texts are UTF-8 and others are not, each is read by itself (`decodeMixed`). Where a claim does not fit the bytes the next one is tried, then the encoding in which they read most like a language. Text that is strictly
 * UTF-8 is never read as a Western single-byte encoding, whatever is claimed. Throws InvalidDocumentError for what is no text.
 */
export function decodeFeed(bytes: Uint8Array, contentType: string | null): DecodedFeed {
  const wide = wideEncoding(bytes);
  if (wide !== null) return { text: decodeWide(bytes, wide), encoding: wide, warnings: [] };
  if (looksEbcdic(bytes)) return { text: decodeEbcdic(bytes), encoding: 'ebcdic', warnings: [] };
  refuseBinary(bytes);
  const utf8 = decodeBytes(bytes, 'utf-8', 'strict');
  const declared = declaredEncoding(bytes);
  const mixed =
    utf8 === null ? decodeMixed(bytes, declared === null ? null : canonicalLabel(declared)) : null;
  if (mixed !== null) {
    const warning = `Some texts of the feed are UTF-8, others ${mixed.other}; each was read by itself.`;
    return { text: mixed.text, encoding: 'utf-8', warnings: [warning] };
  }
  const warnings: string[] = [];
  for (const claim of [charsetOf(contentType), declared, 'utf-8']) {
    if (claim === null) continue;
    const label = canonicalLabel(claim);
    // Whoever could read the claim byte by byte does not read UTF-16.
    if (label === null || label.startsWith('utf-16')) {
      warnings.push(
        `The feed claims to be ${claim}, which ${label === null ? 'is not known here' : 'it is not'}.`,
      );
      continue;
    }
    const western = label === 'windows-1252' && utf8 !== null && /[^\u0000-\u007f]/.test(utf8);
    const text = western ? null : label === 'utf-8' ? utf8 : decodeBytes(bytes, label, 'strict');
    if (text !== null) return { text, encoding: label, warnings };
    warnings.push(`The feed's bytes are not ${claim}.`);
  }
  return { ...decodeGuessed(bytes, utf8), warnings };
}

function decodeGuessed(bytes: Uint8Array, utf8: string | null): { text: string; encoding: string } {
  if (utf8 !== null) return { text: utf8, encoding: 'utf-8' };
  const loose = decodeBytes(bytes, 'utf-8', 'loose') ?? '';
  const broken = loose.match(/\ufffd/g)?.length ?? 0;
  const wide = loose.match(/[^\u0000-\u007f\ufffd]/g)?.length ?? 0;
  if (broken <= wide * MAX_BROKEN) return { text: loose, encoding: 'utf-8' };
  const encoding = detectEncoding(bytes);
  return { text: decodeBytes(bytes, encoding, 'loose') ?? '', encoding };
}

/** Names that TextDecoder does not take but that mean one of its encodings. */
const ALIASES: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  'ms-kanji': 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  uhc: 'euc-kr',
  cp950: 'big5',
  'euc-tw': 'big5',
  cp65001: 'utf-8',
  'utf-8n': 'utf-8',
  utf8mb4: 'utf-8',
  eucjp: 'euc-jp',
  euckr: 'euc-kr',
  sjis: 'shift_jis',
};

function canonicalLabel(claim: string): string | null {
  try {
    return new TextDecoder(ALIASES[claim] ?? claim).encoding;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

type WideEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';

/** A mark, or the zeros that a first `<`, `{` or blank leaves in UTF-16 and UTF-32 without one. */
const WIDE_STARTS: readonly (readonly [WideEncoding, readonly number[]])[] = [
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ...['<', '{', ' ', '\r', '\n'].flatMap((char): [WideEncoding, number[]][] => {
    const code = char.charCodeAt(0);
    return [
      ['utf-32le', [code, 0, 0, 0]],
      ['utf-32be', [0, 0, 0, code]],
      ['utf-16le', [code, 0]],
      ['utf-16be', [0, code]],
    ];
  }),
];

function wideEncoding(bytes: Uint8Array): WideEncoding | null {
  const found = WIDE_STARTS.find(([, start]) => start.every((byte, index) => bytes[index] === byte));
  return found?.[0] ?? null;
}

function decodeWide(bytes: Uint8Array, encoding: WideEncoding): string {
  if (encoding.startsWith('utf-32')) return decodeUtf32(bytes, encoding === 'utf-32le');
  return decodeBytes(bytes, encoding, 'loose') ?? '';
}

function decodeUtf32(bytes: Uint8Array, little: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let at = 0; at + 3 < bytes.length; at += 4) {
    const point = view.getUint32(at, little);
    const known = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    parts.push(String.fromCodePoint(known ? point : 0xfffd));
  }
  return parts.join('').replace(/^\ufeff/, '');
}

function refuseBinary(bytes: Uint8Array): void {
  const sample = bytes.subarray(0, 4_096);
  const controls = sample.filter(
    (byte) => byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 0x1b,
  );
  if (controls.length <= sample.length * MAX_CONTROLS) return;
  throw invalid(
    'feed_encoding',
    undefined,
    'These are bytes of something that is no text, such as a picture or an archive.',
  );
}

function charsetOf(contentType: string | null): string | null {
  return /;\s*charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? null;
}

function declaredEncoding(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 400)).toString('latin1');
  const declaration = /<\?xml[^>]{0,300}?\bencoding\s{0,20}=\s{0,20}["']?\s{0,20}([\w.:-]{1,40})/i.exec(
    start,
  );
  return declaration?.[1]?.toLowerCase() ?? null;
}
