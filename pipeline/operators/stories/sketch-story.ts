import { foldUnits } from '../fold-text.js';
import { hashText, hashUnits, mix } from './hash-text.js';
import { readFigure } from './read-figure.js';
import { NEGATION, PHRASES_BY_UNIT, WORD_MEANINGS, type WordMeaning } from './story-words.js';
import { trimWireText } from './trim-wire-text.js';
import { isFigureStart, isHighSurrogate, UNIT, unitClass } from './unit-classes.js';

/**
 * What is kept of a text to compare it with others: hashes only, at most 272 bytes.
 *
 * `tokens`: the first 44 words or Chinese characters that say something, each a hash in the upper 28 bits and its kind below.
 * `facts`: hashes of the first 16 numbers, directions, denials and dates of the whole text, in order.
 * `keys`: 8 shingles by which near-duplicates find each other.
 */
export interface StorySketch {
  readonly tokens: Uint32Array;
  readonly facts: Uint32Array;
  readonly keys: Uint32Array;
  /** The text goes on behind `tokens`, or says that it was cut. */
  readonly open: boolean;
}

/** The kind of a token, its lowest two bits. */
export const TOKEN_KIND = { word: 0, name: 1, fact: 2, han: 3 } as const;
/** Set when punctuation or a line end stands before the token. */
export const CLAUSE_BIT = 4;
/** Set for what denies: it turns what it is added to around, wherever it stands. */
export const DENIAL_BIT = 8;

export const MAX_TOKENS = 44;
export const MAX_FACTS = 16;
export const KEYS = 8;
/** Fewer words than this make no near-duplicates: such texts are equal or they are not. */
const MIN_TOKENS = 4;
/** Behind so many tokens nothing more is looked for. */
const MAX_SCANNED = 3_000;
const LEAD_SHINGLES = 14;
const SHINGLED = 240;
const HAN_SHINGLE = 4;
const WORD_SHINGLE = 3;

/**
 * The sketch of a text, or null for one of fewer than four words. Pure; linear in the text, of which 20,000 units are read.
 *
 * Keys are the smallest hashes of the shingles of lead and whole (bottom-k sampling), so that a cut text shares keys with the
 * whole one: A. Broder, "On the resemblance and containment of documents", 1997.
 */
export function sketchStory(title: string | null, text: string): StorySketch | null {
  const { text: words, cut } = joinParts(title, text);
  const scanned = scan(words, cut);
  if (scanned.tokens.length < MIN_TOKENS) return null;
  return {
    tokens: Uint32Array.from(scanned.tokens.slice(0, MAX_TOKENS)),
    facts: Uint32Array.from(scanned.facts.slice(0, MAX_FACTS)),
    keys: keysOf(scanned.tokens),
    open: cut || scanned.tokens.length > MAX_TOKENS,
  };
}

/** Title and body as one text; a body that begins with its title says it once. */
function joinParts(title: string | null, body: string): { text: string; cut: boolean } {
  const rest = trimWireText(body);
  if (title === null || title === '') return rest;
  const head = trimWireText(title);
  if (rest.text === '' || head.text === '') return rest.text === '' ? head : rest;
  if (rest.text.startsWith(head.text)) return rest;
  return { text: `${head.text}\n${rest.text}`, cut: rest.cut };
}

interface Scanned {
  readonly tokens: number[];
  readonly facts: number[];
}

/** A text as it is, in lower case, and as folded units; all of one length. */
interface Letters {
  readonly text: string;
  readonly lower: string;
  readonly units: Uint16Array;
}

/** One pass over the text: words, Chinese phrases and characters, figures; `clause` remembers punctuation. */
function scan(text: string, cut: boolean): Scanned {
  const units = foldUnits(text);
  const folded = text.toLowerCase();
  // A letter that has no lower case of equal length would shift every place behind it.
  const lower = folded.length === text.length ? folded : text;
  const letters = { text, lower, units };
  const out = new TokenList();
  let at = 0;
  while (at < units.length && out.tokens.length < MAX_SCANNED) at = step(letters, at, out);
  // What stands before "…" may be half a word or half a number.
  if (cut) out.dropLastUnlessHan();
  return out;
}

/** Takes what begins at `at`, and answers where the next begins. */
function step(letters: Letters, at: number, out: TokenList): number {
  const { lower, units } = letters;
  const kind = unitClass(units[at]);
  if (kind === UNIT.han) return readHan(units, at, out);
  if (kind !== UNIT.other && kind !== UNIT.ends && isFigureStart(units, at)) {
    const figure = readFigure(lower, at);
    if (figure !== null) {
      out.fact(hashText(figure.name));
      return figure.end;
    }
  }
  if (kind === UNIT.letter || kind === UNIT.digit) return readWord(letters, at, out);
  if (kind === UNIT.ends) out.clause = true;
  return at + 1;
}

class TokenList implements Scanned {
  readonly tokens: number[] = [];
  readonly facts: number[] = [];
  clause = true;

  word(hash: number, kind: number): void {
    this.tokens.push((hash & ~15) | kind | (this.clause ? CLAUSE_BIT : 0));
    this.clause = false;
  }

  fact(hash: number, denial = 0): void {
    this.word(hash, TOKEN_KIND.fact | denial);
    this.facts.push(hash & ~15);
  }

  meaning({ role, hash, denies }: WordMeaning, kind: number): void {
    if (role === 'fact') this.fact(hash, denies ? DENIAL_BIT : 0);
    else if (role === 'word') this.word(hash, kind);
  }

  dropLastUnlessHan(): void {
    const last = this.tokens.at(-1);
    if (last === undefined || (last & 3) === TOKEN_KIND.han) return;
    this.tokens.pop();
    if ((last & 3) === TOKEN_KIND.fact) this.facts.pop();
  }
}

function readHan(units: Uint16Array, at: number, out: TokenList): number {
  const numeral = NUMERALS.indexOf(units[at] ?? 0);
  if (numeral >= 0 && COUNTED.has(units[at + 1] ?? 0)) {
    out.fact(hashText(String(numeral === 0 ? 2 : numeral)));
    return at + 1;
  }
  for (const phrase of PHRASES_BY_UNIT.get(units[at] ?? 0) ?? NO_PHRASES) {
    if (!standsAt(units, at, phrase.text)) continue;
    out.meaning(phrase, TOKEN_KIND.han);
    return at + phrase.text.length;
  }
  const end = at + (isHighSurrogate(units[at] ?? 0) ? 2 : 1);
  out.word(hashUnits(units, at, end), TOKEN_KIND.han);
  return end;
}

/** Numerals by value; 两 is another word for two. */
const NUMERALS: readonly number[] = unitsOf('两一二三四五六七八九十');

/** What follows a numeral where a number of things is meant, not the name of a company. */
const COUNTED: ReadonlySet<number> = new Set(
  unitsOf('家名个款只座条台辆倍成月季年天日次股人艘份项期层宗起批'),
);

function unitsOf(text: string): readonly number[] {
  return Array.from(text, (sign) => sign.charCodeAt(0));
}

const NO_PHRASES: readonly never[] = [];

function standsAt(units: Uint16Array, at: number, phrase: string): boolean {
  for (let i = 1; i < phrase.length; i++) if (units[at + i] !== phrase.charCodeAt(i)) return false;
  return true;
}

function readWord({ text, lower, units }: Letters, start: number, out: TokenList): number {
  let end = start;
  let digits = false;
  for (;;) {
    const kind = unitClass(units[end]);
    if (kind !== UNIT.letter && kind !== UNIT.digit) break;
    digits ||= kind === UNIT.digit;
    end += 1;
  }
  const meaning = end - start > LONGEST_WORD ? undefined : WORD_MEANINGS.get(lower.slice(start, end));
  if (digits) out.fact(hashUnits(units, start, end));
  else if (meaning !== undefined) out.meaning(meaning, TOKEN_KIND.word);
  else {
    const small = text.charCodeAt(start) === units[start];
    out.word(hashUnits(units, start, stemEnd(units, start, end)), small ? TOKEN_KIND.word : TOKEN_KIND.name);
  }
  // "isn't" ends in a denial of its own.
  const denies = units[end] === 0x27 && units[end + 1] === 0x74 && units[end - 1] === 0x6e;
  if (denies) out.meaning(NEGATION, TOKEN_KIND.fact);
  return end + (denies ? 2 : 0);
}

/** Longer words than this mean nothing to the lists. */
const LONGEST_WORD = 16;
const [D, E, G, I, N, S] = [0x64, 0x65, 0x67, 0x69, 0x6e, 0x73];

/** Where a word ends without the endings of number and tense: "warns" and "warned" are one word, so are "probe" and "probes". */
function stemEnd(units: Uint16Array, start: number, end: number): number {
  const last = units[end - 1];
  const before = units[end - 2];
  const length = end - start;
  let stem = end;
  if (length > 5 && last === G && before === N && units[end - 3] === I) stem = end - 3;
  else if (length > 3 && (last === D || last === S) && before === E) stem = end - 2;
  else if (length > 3 && last === S && before !== S) stem = end - 1;
  return stem - start > 2 && units[stem - 1] === E ? stem - 1 : stem;
}

/** The four smallest shingles of the lead and the four smallest of the first 240 tokens. */
function keysOf(tokens: readonly number[]): Uint32Array {
  const keys = new Uint32Array(KEYS).fill(0xffffffff);
  const half = KEYS / 2;
  for (let at = 0; at < Math.min(tokens.length, SHINGLED); at++) {
    const token = tokens[at] ?? 0;
    const width = (token & 3) === TOKEN_KIND.han ? HAN_SHINGLE : WORD_SHINGLE;
    if (at > 0 && at + width > tokens.length) break;
    let sum = width;
    for (let i = 0; i < width; i++) sum = Math.imul(sum, 0x01000193) + ((tokens[at + i] ?? 0) >>> 4);
    const hash = mix(sum);
    if (at < LEAD_SHINGLES) keepSmallest(keys, hash, 0, half);
    keepSmallest(keys, mix(hash ^ 0x9e3779b9), half, KEYS);
  }
  return keys;
}

/** Inserts into the ascending stretch [from, to), each value once. */
function keepSmallest(keys: Uint32Array, value: number, from: number, to: number): void {
  if (value >= (keys[to - 1] ?? 0)) return;
  let at = from;
  while (at < to && (keys[at] ?? 0) < value) at += 1;
  if (keys[at] === value) return;
  keys.copyWithin(at + 1, at, to - 1);
  keys[at] = value;
}
