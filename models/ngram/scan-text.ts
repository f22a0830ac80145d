/** What a piece of text is, as far as features care. `mask` pieces stand for a class of things, such as any link. */
export type PieceKind = 'word' | 'han' | 'mask' | 'symbol';

/** A piece of folded text; `symbol` is equal for pieces that features shall not tell apart. */
export interface Piece {
  readonly kind: PieceKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const LINK = /(?:https?:\/\/|www\.)[^\s\u3000-\uffff]+/y;
const USER = /@[\w\u4e00-\u9fff-]{1,40}/y;
const CASHTAG = /\$[a-z][a-z.-]{0,9}/y;
const NUMBER = /[+-]?[$€£¥]?\d[\d,]*(?:\.\d+)?(?:%|bps?\b|(?:[kmb]|bn|mn|mln|tn)\b)?/y;
/** What a link, user, cashtag or number begins with, but for the letters. */
const MASK_STARTS = '@$€£¥+-0123456789';
const SPACE = /\s/;
const LINK_WORDS = new Set(['http', 'https', 'www']);

/**
 * Cuts folded text into words, Han characters, masks and symbols, in order.
 *
 * Links, users, cashtags and numbers become classes, because the model shall learn what happens, not to whom. The
 * direction of a number survives (`-%`, `+%`). Linear time: every pattern is anchored and bounded by what it eats.
 */
export function scanText(folded: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < folded.length) {
    const char = folded.charAt(at);
    if (isSpace(char)) {
      at += 1;
      continue;
    }
    const piece = scanPiece(folded, at, char);
    pieces.push(piece);
    at = piece.end;
  }
  return pieces;
}

function scanPiece(folded: string, at: number, char: string): Piece {
  const code = char.charCodeAt(0);
  if (code >= 0x4e00 && code <= 0x9fff) return { kind: 'han', text: char, start: at, end: at + 1 };
  const word = isLetter(code) ? wordAt(folded, at) : null;
  if (word !== null && !LINK_WORDS.has(word.text)) return word;
  const mask = word !== null || MASK_STARTS.includes(char) ? scanMask(folded, at) : null;
  return (
    mask ?? word ?? { kind: 'symbol', text: symbolAt(folded, at), start: at, end: symbolEnd(folded, at) }
  );
}

function scanMask(folded: string, at: number): Piece | null {
  const link = take(LINK, folded, at);
  if (link !== null) return { kind: 'mask', text: '<link>', start: at, end: at + link.length };
  const user = take(USER, folded, at);
  if (user !== null) return { kind: 'mask', text: '<user>', start: at, end: at + user.length };
  const cashtag = take(CASHTAG, folded, at);
  if (cashtag !== null) return { kind: 'mask', text: '<cash>', start: at, end: at + cashtag.length };
  const number = take(NUMBER, folded, at);
  if (number === null) return null;
  return { kind: 'mask', text: numberClass(folded, at, number), start: at, end: at + number.length };
}

/** Letters, and more behind each straight apostrophe ("don't"); the first unit is a letter. */
function wordAt(folded: string, at: number): Piece {
  let end = at + 1;
  while (isLetter(folded.charCodeAt(end))) end += 1;
  while (folded.charCodeAt(end) === 0x27 && isAsciiLetter(folded.charCodeAt(end + 1))) {
    end += 2;
    while (isAsciiLetter(folded.charCodeAt(end))) end += 1;
  }
  return { kind: 'word', text: folded.slice(at, end), start: at, end };
}

/** A dash between two numbers or after a word is a range or a hyphen, not a sign. */
function numberClass(folded: string, at: number, number: string): string {
  const first = number.charAt(0);
  const before = at === 0 ? ' ' : folded.charAt(at - 1);
  const signed = (first === '+' || first === '-') && !/[\w)]/.test(before);
  const sign = signed ? first : '';
  if (number.endsWith('%')) return `<${sign}%>`;
  if (/[$€£¥]/.test(number)) return `<${sign}money>`;
  if (/^(?:19|20)\d\d$/.test(number)) return '<year>';
  if (/^\d{6}$/.test(number)) return '<code>';
  return `<${sign}num>`;
}

function take(pattern: RegExp, folded: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(folded)?.[0] ?? null;
}

function isLetter(code: number): boolean {
  return isAsciiLetter(code) || (code >= 0xc0 && code <= 0x24f);
}

function isAsciiLetter(code: number): boolean {
  return code >= 97 && code <= 122;
}

function isSpace(char: string): boolean {
  return char === ' ' || ((char < '!' || char > '~') && SPACE.test(char));
}

function symbolEnd(folded: string, at: number): number {
  return Math.min(folded.length, at + ((folded.codePointAt(at) ?? 0) > 0xffff ? 2 : 1));
}

function symbolAt(folded: string, at: number): string {
  return folded.slice(at, symbolEnd(folded, at));
}
