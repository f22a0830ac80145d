/** Words with which exchanges are named, and the suffix of their tickers. */
const SUFFIXES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    SH: ['SH', 'SS', 'SSE', 'SHSE', 'XSHG', 'SHA', '上交所', '上海', '上海证券交易所', '沪市', '沪'],
    SZ: ['SZ', 'SZSE', 'XSHE', 'SHE', '深交所', '深圳', '深圳证券交易所', '深市', '深'],
    BJ: ['BJ', 'BSE', 'BJSE', 'XBSE', '北交所', '北京', '北京证券交易所'],
    HK: ['HK', 'HKEX', 'SEHK', 'XHKG', 'HKG', '港交所', '香港', '香港交易所', '联交所', '港股'],
  }).flatMap(([suffix, words]) => words.map((word) => [word, suffix])),
);

/** Ranges in which the mainland exchanges number shares, when nobody names the exchange. */
const BY_NUMBER: readonly (readonly [RegExp, string])[] = [
  [/^(60|68|90)\d{4}$/, 'SH'],
  [/^(00|20|30)\d{4}$/, 'SZ'],
  [/^(4|8|92)\d{4,5}$/, 'BJ'],
];

/**
 * The ticker of a share from its number and the word for its exchange: `600519` + SSE → `600519.SH`, `700` + 港交所 → `00700.HK`,
 * `SH600519` → `600519.SH`. Without a word six digits are told by their range and five are Hong Kong's; what is no such number stays as it came.
 */
export function tickerOfStockCode(code: string, exchange: string | null): string {
  const plain = code.trim().toUpperCase();
  const written = /^(?<before>[A-Z]{2})?[.:]?(?<digits>\d{1,6})(?:[.:](?<after>[A-Z]{2,4}))?$/.exec(plain);
  const digits = written?.groups?.['digits'];
  if (digits === undefined) return plain;
  const word = written?.groups?.['after'] ?? written?.groups?.['before'] ?? exchange ?? '';
  const suffix = SUFFIXES.get(word.trim().toUpperCase()) ?? suffixOfNumber(digits);
  if (suffix === null) return plain;
  return `${digits.padStart(suffix === 'HK' ? 5 : 6, '0')}.${suffix}`;
}

function suffixOfNumber(digits: string): string | null {
  if (digits.length === 5) return 'HK';
  if (digits.length < 6) return null;
  return BY_NUMBER.find(([form]) => form.test(digits))?.[1] ?? null;
}
