import { PERSONAL_DATA_PATTERNS, type PersonalDataTag } from './personal-data.js';

/** Without a sign of an address or six digits near each other there is nothing to look for. */
const WORTH_LOOKING =
  /[@＠]|[[(]at[\])]|(?:\p{Nd}[^\p{L}\p{N}]{0,3}){7}|sort[ -]?code| dot |微信|wechat|weixin|(?<![a-z])(?:vx|qq)/iu;

/** How far around a number the words are read that say what it is. */
const REACH = 40;

interface Found {
  readonly start: number;
  readonly end: number;
  readonly tag: PersonalDataTag;
}

/**
 * Returns the text with e-mail addresses, telephone numbers, identity numbers, payment cards, bank accounts and handles replaced by
 * `[EMAIL]`, `[PHONE]`, `[ID]`, `[CARD]`, `[ACCOUNT]`, `[HANDLE]`; the rest stays as it was, and a second pass changes nothing.
 *
 * English and Chinese; telephones of mainland China, Hong Kong, Britain, America and India, others with their country code.
 * Digits may be full-width or stand apart. Prices, amounts, tickers, dates, and numbers of orders, filings and other documents stay:
 * where only words can tell a number, they must be near. Names of people and postal addresses are not found. Linear in the text.
 */
export function maskPersonalData(text: string): string {
  if (!WORTH_LOOKING.test(text)) return text;
  const plain = foldUnits(text);
  const lower = plain.toLowerCase();
  // A few capitals are longer in lower case; then places would not fit, and case matters less than place.
  const words = lower.length === plain.length ? lower : plain;
  const found: Found[] = [];
  let rest = plain;
  for (const { tag, pattern, isMeant } of PERSONAL_DATA_PATTERNS) {
    const before = found.length;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(rest); match !== null; match = pattern.exec(rest)) {
      const start = match.index;
      const end = start + match[0].length;
      const around = {
        before: words.slice(Math.max(0, start - REACH), start),
        after: words.slice(end, end + REACH),
      };
      if (isMeant(match, around)) found.push({ start, end, tag });
    }
    if (found.length > before) rest = blank(rest, found.slice(before));
  }
  return found.length === 0 ? text : replace(text, found);
}

/** As JSON values: every text in it masked, keys kept. */
export function maskJson(value: unknown): unknown {
  if (typeof value === 'string') return maskPersonalData(value);
  if (Array.isArray(value)) return value.map(maskJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskJson(item)]));
}

/** Full-width signs (but the comma of Chinese) and other digits as ASCII, one unit for each, so that places stay. */
function foldUnits(text: string): string {
  return text
    .replace(/[\uff01-\uff0b\uff0d-\uff5e]/g, (unit) => String.fromCharCode(unit.charCodeAt(0) - 0xfee0))
    .replace(/[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/g, (unit) => String(digitValue(unit)))
    .replace(/[\u2010-\u2015\u2212]/g, '-');
}

function digitValue(unit: string): number {
  const code = unit.charCodeAt(0);
  const zero = code >= 0x966 ? 0x966 : code >= 0x6f0 ? 0x6f0 : 0x660;
  return code - zero;
}

/** Takes what was found out of the sight of later patterns: a sign that no pattern takes. */
function blank(plain: string, found: readonly Found[]): string {
  let result = '';
  let at = 0;
  for (const { start, end } of found) {
    result += plain.slice(at, start) + '\u0001'.repeat(end - start);
    at = end;
  }
  return result + plain.slice(at);
}

function replace(text: string, found: Found[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, tag } of found.sort((a, b) => a.start - b.start)) {
    result += text.slice(at, start) + tag;
    at = end;
  }
  return result + text.slice(at);
}
