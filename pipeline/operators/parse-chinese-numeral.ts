const DIGITS = '〇一二三四五六七八九';
const PLACES: ReadonlyMap<string, number> = new Map([
  ['十', 10],
  ['百', 100],
  ['千', 1000],
]);

/** The value of a numeral such as 二十三, 三点五, 一百零五 or 百分之十二, or NaN for what is none. */
export function parseChineseNumeral(words: string): number {
  const numeral = words.replace(/^百分之/, '');
  if (/^[\d.]+$/.test(numeral)) return Number(numeral);
  const [whole = '', ...fractions] = numeral.split('点');
  if (fractions.length > 1) return Number.NaN;
  const value = wholeValue(whole);
  const [fraction] = fractions;
  if (fraction === undefined) return value;
  const digits = Array.from(fraction, digitOf);
  return digits.includes(-1) || digits.length === 0 ? Number.NaN : Number(`${value}.${digits.join('')}`);
}

function wholeValue(numeral: string): number {
  const units = Array.from(numeral);
  if (units.length === 0) return Number.NaN;
  // 二〇二六: digit by digit.
  if (units.every((unit) => digitOf(unit) >= 0)) return Number(units.map(digitOf).join(''));
  let total = 0;
  let pending = -1;
  for (const unit of units) {
    const place = PLACES.get(unit);
    const digit = digitOf(unit);
    if (place !== undefined) {
      total += (pending < 0 ? 1 : pending) * place;
      pending = -1;
    } else if (digit >= 0) pending = digit;
    else return Number.NaN;
  }
  return total + Math.max(pending, 0);
}

function digitOf(unit: string): number {
  if (unit === '零') return 0;
  return unit === '两' ? 2 : DIGITS.indexOf(unit);
}
