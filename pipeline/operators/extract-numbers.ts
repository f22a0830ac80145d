import {
  CURRENCIES,
  CURRENCY_BEFORE,
  CURRENCY_BEHIND,
  DIRECTION_CHARACTERS,
  DIRECTION_WORDS,
  FACTOR,
  FACTORS,
  NEGATED,
  UNIT,
  UNITS,
  type NumberUnit,
  type WordDirection,
} from './number-words.js';
import { parseChineseNumeral } from './parse-chinese-numeral.js';

export type Direction = 'up' | 'down' | 'none';

/** A figure of a text as data. */
export interface NumberMention {
  /** With its factor and its written sign: "−3.2亿" is −320000000. A word of direction never changes it. */
  readonly value: number;
  readonly unit: NumberUnit | null;
  /** ISO 4217, null for what is no money. */
  readonly currency: string | null;
  /**
   * Which way the named quantity went, by the sign or else by the words of the clause. A wider loss is `up`. The
   * start of a change ("from 5", 从5), a denied change and a plain figure are `none`.
   */
  readonly direction: Direction;
  /** UTF-16 units of the text as given: sign, currency, figure, factor and unit. */
  readonly span: readonly [start: number, end: number];
}

/** More figures than this make a table, not a sentence. */
const MAX_NUMBERS = 500;
/** So far before a figure the word that says its direction is looked for. */
const REACH_BEFORE = 64;
const REACH_BEHIND = 24;

/**
 * A figure in digits (grouped by commas or not), or in Chinese numerals. Figures of more than 20 digits are codes. Look-behind keeps names
 * such as Q3, A380 and COVID-19 out.
 */
const FIGURE =
  /(?=[\d.])(?<![\d.,]|[A-Za-z][-–]?)(?:\d{1,3}(?:,\d{2,3}){0,5},\d{3}(?!\d)(?:\.\d{1,12})?|\d{1,20}(?:\.\d{1,12})?(?!\d)|\.\d{1,12}(?!\d))|百分之[〇零一二两三四五六七八九十百点\d.]{1,12}|[〇零一二两三四五六七八九十百千]{1,8}(?:点[〇零一二三四五六七八九]{1,6})?(?=万|亿|成(?![立功为员都品])|倍|个?百分点|个?基点|[美港欧日韩]?元(?![旦素宵老首帅]))/g;

/**
 * Returns the figures of a text in their order: amounts, percentages, points, multiples, years and dates.
 *
 * English and Chinese, ASCII and full-width digits, every minus sign. What is part of a name (Q3, A380) is left out. Linear in the
 * text; stops after 500 figures.
 */
export function extractNumbers(text: string): readonly NumberMention[] {
  const plain = foldWidth(text);
  const mentions: NumberMention[] = [];
  const chinese = /[\u4e00-\u9fff]/.test(plain);
  let previousEnd = 0;
  let carried: Direction = 'none';
  FIGURE.lastIndex = 0;
  for (let match = FIGURE.exec(plain); match !== null; match = FIGURE.exec(plain)) {
    const figure = readFigure(plain, match, chinese);
    const { value, unit, currency, span } = figure;
    FIGURE.lastIndex = Math.max(FIGURE.lastIndex, span[1]);
    if (Number.isNaN(value)) continue;
    // A date does not end what is said of the amounts around it: "fell in 2023 to £3k".
    const found: Found = figure.isDate ? NO_DIRECTION : directionOf(plain, figure, previousEnd, carried);
    mentions.push({ value, unit, currency, direction: found.base ? 'none' : found.direction, span });
    if (mentions.length === MAX_NUMBERS) break;
    if (figure.isDate) continue;
    carried = found.direction;
    previousEnd = span[1];
  }
  return mentions;
}

interface Figure {
  readonly value: number;
  readonly unit: NumberUnit | null;
  readonly currency: string | null;
  readonly sign: '+' | '-' | null;
  readonly isDate: boolean;
  readonly span: readonly [start: number, end: number];
}

function readFigure(plain: string, match: RegExpExecArray, chinese: boolean): Figure {
  const raw = match[0];
  const date = dateEnd(plain, match.index, raw);
  if (date !== null) {
    const span = [match.index, date.end] as const;
    return { value: Number(raw), unit: date.unit, currency: null, sign: null, isDate: true, span };
  }
  const before = readBefore(plain, match.index);
  const amount = readAmount(plain, match.index + raw.length, raw);
  const money = amount.unit === null ? matchAt(CURRENCY_BEHIND, plain, amount.end) : null;
  const name = money?.[1] ?? money?.[2] ?? money?.[3] ?? before.currency;
  return {
    value: before.sign === '-' ? -amount.value : amount.value,
    unit: amount.unit,
    currency: amount.unit === null ? currencyCode(name, chinese) : null,
    sign: before.sign,
    isDate: false,
    span: [before.start, amount.end + (money?.[0].length ?? 0)],
  };
}

interface Amount {
  readonly value: number;
  readonly unit: NumberUnit | null;
  readonly end: number;
}

/** The figure that ends at `end` with the factor and the unit behind it. */
function readAmount(plain: string, end: number, raw: string): Amount {
  if (raw.startsWith('百分之')) return { value: parseChineseNumeral(raw), unit: 'percent', end };
  const digits = /\d/.test(raw);
  // 三成 is three tenths.
  if (!digits && plain[end] === '成')
    return { value: scaled(parseChineseNumeral(raw), 10), unit: 'percent', end: end + 1 };
  const plainValue = digits ? Number(raw.replaceAll(',', '')) : parseChineseNumeral(raw);
  const figure = decimalComma(plain, end, raw) ?? { value: plainValue, end };
  const factor = matchAt(FACTOR, plain, figure.end);
  const word = factor?.[1] ?? factor?.[2] ?? factor?.[3] ?? '';
  const unitAt = figure.end + (factor?.[0].length ?? 0);
  const behind = matchAt(UNIT, plain, unitAt);
  return {
    value: scaled(figure.value, FACTORS.get(word.toLowerCase()) ?? 1),
    unit: behind === null ? null : (UNITS.find((_, index) => behind[index + 1] !== undefined) ?? null),
    end: unitAt + (behind?.[0].length ?? 0),
  };
}

/** 0.1 × 10⁸ is exact: decimal figures are scaled by moving the point, not by multiplying. */
function scaled(value: number, factor: number): number {
  return factor === 1 ? value : Number(`${value}e${Math.log10(factor)}`);
}

/** "3,2 %" of continental Europe: two or fewer digits behind a comma and before a per cent sign. */
function decimalComma(plain: string, end: number, raw: string): { value: number; end: number } | null {
  if (plain[end] !== ',' || raw.includes('.')) return null;
  const match = matchAt(/,(\d{1,2})(?=\s?%)/y, plain, end);
  return match === null
    ? null
    : { value: Number(`${raw.replaceAll(',', '')}.${match[1] ?? '0'}`), end: end + match[0].length };
}

/** Sign and currency before a figure, in either order; a hyphen behind a word or a figure is no sign. */
function readBefore(
  plain: string,
  at: number,
): { start: number; sign: '+' | '-' | null; currency: string | null } {
  let start = at;
  let sign = signBefore(plain, start);
  if (sign !== null) start -= 1;
  const currency = CURRENCY_BEFORE.exec(plain.slice(Math.max(0, start - 5), start));
  if (currency !== null) start -= currency[0].length;
  if (sign === null && currency !== null) {
    sign = signBefore(plain, start);
    if (sign !== null) start -= 1;
  }
  return { start, sign, currency: currency?.[1] ?? null };
}

function signBefore(plain: string, at: number): '+' | '-' | null {
  const unit = plain.charAt(at - 1);
  if (unit !== '+' && unit !== '-') return null;
  return /[\p{Script=Latin}\d)]/u.test(plain.charAt(at - 2)) ? null : unit;
}

function currencyCode(name: string | null, chinese: boolean): string | null {
  if (name === null) return null;
  const key = name.toLowerCase();
  if (key === '¥' || key === '￥') return chinese ? 'CNY' : 'JPY';
  return CURRENCIES.get(key.replace(/^us dollars?$/, 'dollar')) ?? null;
}

/** Dates, clock times and plain years say when, not how much. */
function dateEnd(
  plain: string,
  at: number,
  raw: string,
): { readonly unit: 'year' | 'date'; readonly end: number } | null {
  const date = matchAt(
    /\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?!\d)|\d{1,2}\/\d{1,2}(?:\/\d{2,4})?(?![\d%])|\d{2,4}\s?年(?!以|内|来|间|期)(?:\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?[日号])?)?|\d{1,2}\s?月\s?\d{1,2}\s?[日号]|\d{1,2}\s?[月日号](?![\u4e00-\u9fff]?份?增)/y,
    plain,
    at,
  );
  if (date !== null && date[0].length > raw.length)
    return { unit: /^\d{4}\s?年$/.test(date[0]) ? 'year' : 'date', end: at + date[0].length };
  const day = /(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?\s$/.test(
    plain.slice(Math.max(0, at - 11), at),
  );
  if (day && /^\d{1,2}$/.test(raw) && Number(raw) <= 31) return { unit: 'date', end: at + raw.length };
  if (!/^(?:19|20)\d{2}$/.test(raw)) return null;
  const marked = /[$€£¥₹+-]\s?$/.test(plain.slice(Math.max(0, at - 2), at));
  const alone =
    matchAt(FACTOR, plain, at + 4) === null &&
    matchAt(UNIT, plain, at + 4) === null &&
    matchAt(CURRENCY_BEHIND, plain, at + 4) === null;
  if (!marked && alone) return { unit: 'year', end: at + 4 };
  return null;
}

/** The direction of a clause at a figure, and whether the figure is only where the change began. */
interface Found {
  readonly direction: Direction;
  readonly base: boolean;
}
const NO_DIRECTION: Found = { direction: 'none', base: false };

function directionOf(plain: string, figure: Figure, previousEnd: number, carried: Direction): Found {
  const [start, end] = figure.span;
  const before = clauseBefore(plain.slice(Math.max(previousEnd, start - REACH_BEFORE), start));
  const base =
    /(?:\bfrom|\bthan|\bvs\.?|\bversus|\bcompared (?:with|to)|从|由|自|较|比)\s*(?:about\s|around\s|约)?$/iu.test(
      before,
    );
  if (figure.sign !== null) return { direction: figure.sign === '+' ? 'up' : 'down', base: false };
  const word = lastDirection(before);
  if (word !== null) return { direction: word, base };
  if (base) return { direction: 'none', base };
  const behind = directionBehind(plain.slice(end, end + REACH_BEHIND));
  if (behind !== null) return { direction: behind, base: false };
  const linked = /^\s*(?:\b(?:to|and|or)\b|[-–—~～/、至到和或与])?\s*$/iu.test(before);
  return { direction: linked && previousEnd > 0 ? carried : 'none', base: false };
}

/** What belongs to the clause at the end of a stretch; a point or comma inside a figure ends none. */
function clauseBefore(stretch: string): string {
  for (let at = stretch.length - 1; at >= 0; at--) {
    const unit = stretch.charAt(at);
    const inFigure = (unit === ',' || unit === '.') && isDigit(stretch.charCodeAt(at + 1));
    if (CLAUSE_ENDS.includes(unit) && !inFigure) return stretch.slice(at + 1);
  }
  return stretch;
}

const CLAUSE_ENDS = ',.;:!?。，；：！？\n';

/** The last word of direction, `none` where it is denied, null where there is none. */
function lastDirection(before: string): Direction | null {
  let last: Direction | null = null;
  for (let at = 0; at < before.length;) {
    const { length, direction, single } = wordAt(before, at);
    if (direction !== null && (!single || before.length - at <= 5))
      last = NEGATED.test(before.slice(Math.max(0, at - 16), at)) ? 'none' : direction;
    at += length;
  }
  return last;
}

/** "3% drop", "20% lower", 20%的增长: a word of direction right behind. */
function directionBehind(after: string): Direction | null {
  const lead = /^\s*(?:的\s*|or more\s+|year-on-year\s+|yoy\s+|同比|环比)?/iu.exec(after)?.[0].length ?? 0;
  return lead < after.length ? wordAt(after, lead).direction : null;
}

interface Word {
  readonly length: number;
  readonly direction: WordDirection | null;
  /** One character, which says something only close to a figure. */
  readonly single: boolean;
}

/** The word that begins at `at`: letters, or two Chinese characters if they are a word of direction, or one unit. */
function wordAt(text: string, at: number): Word {
  let end = at;
  while (isAsciiLetter(text.charCodeAt(end))) end += 1;
  if (end > at) {
    const direction = DIRECTION_WORDS.get(text.slice(at, end).toLowerCase()) ?? null;
    return { length: end - at, direction, single: false };
  }
  const pair = DIRECTION_WORDS.get(text.slice(at, at + 2));
  if (pair !== undefined) return { length: 2, direction: pair, single: false };
  return { length: 1, direction: DIRECTION_CHARACTERS.get(text.charAt(at)) ?? null, single: true };
}

function isAsciiLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Full-width signs and digits as ASCII, every minus as a hyphen; one unit for each, so that spans stay. */
function foldWidth(text: string): string {
  if (!/[\u2010-\uffff]/.test(text)) return text;
  return text
    .replace(/[\uff01-\uff5e]/g, (unit) => {
      const plain = String.fromCharCode(unit.charCodeAt(0) - 0xfee0);
      return '，；：！？'.includes(unit) ? unit : plain;
    })
    .replace(/[−‒–﹣⁻‐‑](?=[\d$€£¥₹])/g, '-');
}
