import { isUtf8 } from 'node:buffer';
import { decodeBytes } from './decode-bytes.js';
import { detectEncoding } from './detect-encoding.js';

/** With more pieces than that the bytes are no feed for people. */
const MAX_PIECES = 100_000;
/** So many signs of three bytes and more in one piece are UTF-8 by no accident. */
const SURE_SIGNS = 4;
const SINGLE_BYTE = /^(windows-|iso-8859-|koi8-)/;

export interface MixedText {
  readonly text: string;
  /** Of the pieces that are not UTF-8. */
  readonly other: string;
}

/** Bytes without `<`, `"` and line ends, some of them beyond ASCII. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly kind: 'utf-8' | 'perhaps' | 'other';
}

/**
 * Decodes bytes whose texts are partly UTF-8 and partly something else, each between two marks by itself; null when they are no such mixture.
 *
 * In none of the encodings of several bytes is `<`, `"` or a line end the second part of a sign, so that cutting there cuts none. `claimed` is the encoding of the
 * others if it fits them. Time is linear.
 */
export function decodeMixed(bytes: Uint8Array, claimed: string | null): MixedText | null {
  const found = piecesOf(bytes);
  if (found === null || !found.sure) return null;
  const { pieces } = found;
  const others = pieces.filter(({ kind }) => kind === 'other');
  if (others.length === 0) return null;
  const rest = Buffer.concat(others.flatMap(({ from, to }) => [bytes.subarray(from, to), LINE_END]));
  const other = encodingOf(rest, claimed);
  const own = (kind: Piece['kind']) =>
    kind === 'utf-8' || (kind === 'perhaps' && SINGLE_BYTE.test(other)) ? 'utf-8' : other;
  const parts: string[] = [];
  let at = 0;
  for (const { from, to, kind } of pieces) {
    parts.push(asciiOf(bytes.subarray(at, from)));
    parts.push(decodeBytes(bytes.subarray(from, to), own(kind), 'loose') ?? '');
    at = to;
  }
  parts.push(asciiOf(bytes.subarray(at)));
  return { text: parts.join(''), other };
}

const LINE_END = Buffer.from('\n');

function asciiOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function piecesOf(bytes: Uint8Array): { readonly pieces: readonly Piece[]; readonly sure: boolean } | null {
  const pieces: Piece[] = [];
  let sure = false;
  let from = 0;
  let beyond = false;
  for (let at = 0; at <= bytes.length; at += 1) {
    const byte = bytes[at] ?? 0x0a;
    if (byte >= 0x80) beyond = true;
    if (byte !== 0x3c && byte !== 0x22 && byte !== 0x0a) continue;
    if (beyond) {
      const { kind, signs } = kindOf(bytes.subarray(from, at));
      sure ||= kind === 'utf-8' && signs >= SURE_SIGNS;
      pieces.push({ from, to: at, kind });
      if (pieces.length > MAX_PIECES) return null;
    }
    from = at;
    beyond = false;
  }
  return { pieces, sure };
}

/** One sign may be cut in two, as summaries are, and one in ten may be broken; two bytes alone may be UTF-8 by accident. */
function kindOf(piece: Uint8Array): { readonly kind: Piece['kind']; readonly signs: number } {
  const text = decodeBytes(piece, 'utf-8', 'loose') ?? '';
  const signs = text.match(/[\u0800-\ufffc]/g)?.length ?? 0;
  if (isUtf8(piece)) return { kind: signs > 0 ? 'utf-8' : 'perhaps', signs };
  const broken = text.match(/\ufffd/g)?.length ?? 0;
  return { kind: signs >= 2 && broken <= 1 + signs / 10 ? 'utf-8' : 'other', signs };
}

/** Where no language stands out, Chinese before Western: the rest of a mixture is seldom anything else, if it fits. */
function encodingOf(rest: Uint8Array, claimed: string | null): string {
  const fits = (label: string) => decodeBytes(rest, label, 'strict') !== null;
  const strong = claimed !== null && !SINGLE_BYTE.test(claimed) && !claimed.startsWith('utf-');
  if (strong && fits(claimed)) return claimed;
  const detected = detectEncoding(rest);
  if (detected !== 'windows-1252') return detected;
  return ['gb18030', 'big5'].find((label) => fits(label) && inPairs(rest)) ?? detected;
}

/** Western letters beyond ASCII stand alone, Chinese signs one after the other. */
function inPairs(bytes: Uint8Array): boolean {
  let pairs = 0;
  let all = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if ((bytes[at] ?? 0) < 0x80) continue;
    all += 1;
    if ((bytes[at + 1] ?? 0) >= 0x80 || (bytes[at - 1] ?? 0) >= 0x80) pairs += 1;
  }
  return pairs > all * 0.9;
}
