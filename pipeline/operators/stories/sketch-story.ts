import { foldUnits } from '../fold-text.js';
import { hashText, hashUnits, mix } from './hash-text.js';
import { readFigure, readNumeral } from './read-figure.js';
import {
  mayHaveMeaning,
  NEGATION,
  PHRASES_BY_UNIT,
  spell,
  WORD_MEANINGS,
  type WordMeaning,
} from './story-words.js';
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
    tokens: firstOf(scanned.tokens, MAX_TOKENS),
    facts: firstOf(scanned.facts, MAX_FACTS),
    keys: keysOf(scanned.tokens),
    open: cut || scanned.tokens.length > MAX_TOKENS,
  };
}

/** A loop, because `Uint32Array.from` goes through an iterator and costs ten times as much. */
function firstOf(list: readonly number[], most: number): Uint32Array {
  const length = Math.min(list.length, most);
  const out = new Uint32Array(length);
  for (let i = 0; i < length; i++) out[i] = list[i] ?? 0;
  return out;
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

/** Where texts are folded, one after the other: nothing that is kept lies in it. */
const FOLDED = new Uint16Array(4_096);

/** A text as it is, in lower case, and as folded units; all of one length. */
interface Letters {
  readonly text: string;
  readonly lower: string;
  readonly units: Uint16Array;
}

/** One pass over the text: words, Chinese phrases and characters, figures; `clause` remembers punctuation. */
function scan(text: string, cut: boolean): Scanned {
  const units = foldUnits(text, FOLDED);
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
  if (kind === UNIT.other) return at + 1;
  if (kind === UNIT.han) return readHan(letters, at, out);
  if (kind !== UNIT.ends && isFigureStart(units, at)) {
    const count = kind === UNIT.digit ? countEnd(units, at) : at;
    if (count > at) {
      out.fact(hashUnits(units, at, count));
      return count;
    }
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

const [LINE_END, SPACE, COMMA, POINT, ZERO] = [0x0a, 0x20, 0x2c, 0x2e, 0x30];
/** 15 digits are exact as a number, so that the name of the figure is the digits themselves. */
const EXACT_DIGITS = 15;

/** The end of a plain count such as "12", or `at` for any figure with a point, a scale or a unit, which `readFigure` reads. */
function countEnd(units: Uint16Array, at: number): number {
  let end = at;
  while (unitClass(units[end]) === UNIT.digit) end += 1;
  if (end - at > EXACT_DIGITS || (units[at] === ZERO && end > at + 1)) return at;
  const behind = units[end];
  if (behind === undefined) return end;
  if (behind === POINT || behind === COMMA) return unitClass(units[end + 1]) === UNIT.digit ? at : end;
  const next = unitClass(units[behind === SPACE || behind === LINE_END ? end + 1 : end]);
  return next === UNIT.ends || next === UNIT.digit || next === UNIT.sign ? end : at;
}

function readHan({ lower, units }: Letters, at: number, out: TokenList): number {
  const unit = units[at] ?? 0;
  const role = HAN_ROLES[unit];
  if (role !== 0)
    for (const phrase of PHRASES_BY_UNIT.get(unit) ?? NO_PHRASES) {
      if (!standsAt(units, at, phrase.text)) continue;
      out.meaning(phrase, TOKEN_KIND.han);
      return at + phrase.text.length;
    }
  const figure = role === NUMERAL ? readNumeral(lower, at) : null;
  if (figure !== null) {
    out.fact(hashText(figure.name));
    return figure.end;
  }
  const end = at + (isHighSurrogate(unit) ? 2 : 1);
  out.word(hashUnits(units, at, end), TOKEN_KIND.han);
  return end;
}

function unitsOf(text: string): readonly number[] {
  return Array.from(text, (sign) => sign.charCodeAt(0));
}

const NO_PHRASES: readonly never[] = [];
const NUMERAL = 2;
/** What the lists hold of a unit: nothing, a phrase that begins with it, a numeral (and maybe a phrase). Most are not looked up. */
const HAN_ROLES = buildHanRoles();

function buildHanRoles(): Uint8Array {
  const roles = new Uint8Array(65_536);
  for (const unit of PHRASES_BY_UNIT.keys()) roles[unit] = 1;
  for (const unit of unitsOf('百两一二三四五六七八九十')) roles[unit] = NUMERAL;
  return roles;
}

function standsAt(units: Uint16Array, at: number, phrase: string): boolean {
  for (let i = 1; i < phrase.length; i++) if (units[at + i] !== phrase.charCodeAt(i)) return false;
  return true;
}

function readWord({ text, lower, units }: Letters, start: number, out: TokenList): number {
  let end = start;
  let digits = false;
  let spelling = 0;
  for (;;) {
    const unit = units[end];
    const kind = unitClass(unit);
    if (kind !== UNIT.letter && kind !== UNIT.digit) break;
    digits ||= kind === UNIT.digit;
    spelling = spell(spelling, unit ?? 0);
    end += 1;
  }
  const known = end - start <= LONGEST_WORD && mayHaveMeaning(spelling);
  const meaning = known ? WORD_MEANINGS.get(lower.slice(start, end)) : undefined;
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
    for (let i = 0; i < width; i++) sum = (Math.imul(sum, 0x01000193) + ((tokens[at + i] ?? 0) >>> 4)) | 0;
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
  // A loop: `copyWithin` costs more than the three values that it moves.
  for (let i = to - 1; i > at; i--) keys[i] = keys[i - 1] ?? 0;
  keys[at] = value;
}
