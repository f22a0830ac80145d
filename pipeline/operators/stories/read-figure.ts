import { parseChineseNumeral } from '../parse-chinese-numeral.js';

/**
 * A number in a text with its sign, currency, scale and unit.
 *
 * Not `extract-numbers.ts`: that one leaves out what is part of a name (Q3, A380), takes dates apart, finds directions, and answers in places of
 * the whole text; a comparison needs every digit as a fact, one figure at a place it has come to. The two share the
 * Chinese numerals.
 */
export interface Figure {
  /** Equal for "2 %", "2%" and "2 percent", for "$1.5bn" and "1.5 billion dollars", for "1.5亿" and "15000万元". */
  readonly name: string;
  /** Index behind it. */
  readonly end: number;
}

const FIGURE =
  /([+\-±])?(us\$|hk\$|[$€£¥])?([+\-])?(\d+(?:[.,]\d+)*)(?:\s?(trillion|billion|million|thousand|mln|trn|bln|bn|mn|tn|万亿|亿|万|千|[kmbt](?![a-z])))?(?:\s?(?:的)?(%|‰|per cent|percent|pct|percentage points?|个?百分点|basis points?|bps?(?![a-z])|个?基点|倍|times|x(?![a-z])|美元|港元|港币|欧元|英镑|日元|人民币|元(?:人民币)?|dollars?|euros?|pounds?|yuan|yen|usd|eur|gbp|cny|rmb|hkd))?/y;

const SCALES: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  千: 1e3,
  万: 1e4,
  m: 1e6,
  mn: 1e6,
  mln: 1e6,
  million: 1e6,
  亿: 1e8,
  b: 1e9,
  bn: 1e9,
  bln: 1e9,
  billion: 1e9,
  t: 1e12,
  tn: 1e12,
  trn: 1e12,
  trillion: 1e12,
  万亿: 1e12,
};

const UNITS: Readonly<Record<string, string>> = {
  '%': '%',
  '‰': '‰',
  'per cent': '%',
  percent: '%',
  pct: '%',
  'percentage point': 'pp',
  'percentage points': 'pp',
  百分点: 'pp',
  个百分点: 'pp',
  'basis point': 'bp',
  'basis points': 'bp',
  bp: 'bp',
  bps: 'bp',
  基点: 'bp',
  个基点: 'bp',
  倍: 'x',
  times: 'x',
  x: 'x',
  $: 'USD',
  us$: 'USD',
  dollar: 'USD',
  dollars: 'USD',
  usd: 'USD',
  美元: 'USD',
  hk$: 'HKD',
  hkd: 'HKD',
  港元: 'HKD',
  港币: 'HKD',
  '€': 'EUR',
  euro: 'EUR',
  euros: 'EUR',
  eur: 'EUR',
  欧元: 'EUR',
  '£': 'GBP',
  pound: 'GBP',
  pounds: 'GBP',
  gbp: 'GBP',
  英镑: 'GBP',
  yen: 'JPY',
  日元: 'JPY',
  '¥': 'CNY',
  yuan: 'CNY',
  cny: 'CNY',
  rmb: 'CNY',
  人民币: '',
  // "1.5亿" is said as often as "1.5亿元".
  元: '',
  元人民币: '',
};

/** Reads the number that begins at `at` of a lower-case text, or null. `signed`: a sign in front belongs to it. */
export function readFigure(text: string, at: number): Figure | null {
  FIGURE.lastIndex = at;
  const match = FIGURE.exec(text);
  if (match === null) return null;
  const [whole, before, currency, inner, digits = '', scale, unit] = match;
  const sign = before === '-' || inner === '-' ? '-' : before === '+' || inner === '+' ? '+' : '';
  const plain = Number(plainDigits(digits));
  // 1.1 times a hundred million is not quite 110 million in binary.
  const value = scale === undefined ? plain : Number((plain * (SCALES[scale] ?? 1)).toPrecision(12));
  const named = unit === undefined ? currency : unit;
  const name = `${sign}${value}${named === undefined ? '' : (UNITS[named] ?? '')}`;
  return { name, end: at + whole.length };
}

/** Before a scale, a unit or what is counted: 三十亿元, 百分之十二, 五家, 二十五年. Elsewhere a numeral may be part of a name (三一重工). */
const NUMERAL =
  /百分之[一二两三四五六七八九十][零一二三四五六七八九十百点]{0,9}|[一二两三四五六七八九十](?:[零〇一二两三四五六七八九十百千]{0,7}(?:点[零一二三四五六七八九]{1,4})?(?=[万亿]|个?百分点|个?基点|[美港欧日]?元)|(?:十?|[十百千零一二三四五六七八九]{0,5}[十百千][一二三四五六七八九]?|(?<=十)[一二三四五六七八九])(?=[家名个款只座条台辆倍成月季年天日次股人艘份项期层宗起批]))/y;
/** So much behind a numeral is read for its scale and unit. */
const UNIT_REACH = 8;

/** Reads the Chinese numeral that begins at `at`, or null: "三十亿元" is named as "30亿元" is, "百分之十二" as "12%". */
export function readNumeral(text: string, at: number): Figure | null {
  NUMERAL.lastIndex = at;
  const numeral = NUMERAL.exec(text)?.[0];
  if (numeral === undefined) return null;
  const value = parseChineseNumeral(numeral);
  if (Number.isNaN(value)) return null;
  const end = at + numeral.length;
  if (numeral.startsWith('百分之')) return { name: `${value}%`, end };
  const digits = String(value);
  const figure = readFigure(digits + text.slice(end, end + UNIT_REACH), 0);
  return figure === null ? null : { name: figure.name, end: end + figure.end - digits.length };
}

/** "1,200.5" is 1200.5; "1.200,5" and "3,5" are read the continental way; "2026.11.27" stays one figure of its own. */
function plainDigits(digits: string): string {
  if (!digits.includes(',') && digits.indexOf('.') === digits.lastIndexOf('.')) return digits;
  if (/^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(digits)) return digits.replaceAll(',', '');
  if (/^\d+(?:\.\d+)?$/.test(digits)) return digits;
  if (/^\d{1,3}(?:\.\d{3})+,\d+$/.test(digits)) return digits.replaceAll('.', '').replace(',', '.');
  if (/^\d+,\d+$/.test(digits)) return digits.replace(',', '.');
  return digits.replace(/\D/g, '');
}
