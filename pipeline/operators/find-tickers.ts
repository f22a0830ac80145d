import type { ResolveInstrument, Resolution } from './resolve-instrument.js';

/** A ticker written in the text: `$AAPL`, or an exchange code in brackets such as `(NYSE: BAC)`, `（600519）`, `(GS.N)`. */
export interface TickerHit {
  readonly kind: 'cashtag' | 'coded';
  readonly start: number;
  readonly end: number;
  readonly resolution: Resolution;
}

const CASHTAG = /(?<![A-Za-z0-9_$])\$([A-Z]{1,6})(?:[.-]([A-Z]{1,2}))?(?![A-Za-z0-9_])/g;
/** `600519.SH`, `700.HK`, `SH600519`: a numbered code that names its exchange needs no brackets. */
const NUMBERED = /(?<![A-Za-z0-9.$])(?:(\d{1,6})\.(SH|SS|SZ|HK)|(SH|SZ|HK)(\d{5,6}))(?![A-Za-z0-9]|\.\d)/gi;
const BRACKETED = /[([【]([^()[\]【】]{1,40})[)\]】]/g;
/** Endings of other countries' exchanges, where the letters mean another company than in America. */
const FOREIGN_SUFFIXES: ReadonlySet<string> = new Set([
  'V',
  'TO',
  'CN',
  'NE',
  'AX',
  'NS',
  'BO',
  'SI',
  'KQ',
  'TW',
]);

const EXCHANGE_SUFFIXES: ReadonlyMap<string, string> = new Map([
  ['NYSE', 'XNYS'],
  ['NYQ', 'XNYS'],
  ['NASDAQ', 'XNAS'],
  ['NASDAQGS', 'XNAS'],
  ['NASDAQGM', 'XNAS'],
  ['NSDQ', 'XNAS'],
  ['AMEX', 'XASE'],
  ['NYSEARCA', 'ARCX'],
  ['LON', 'XLON'],
  ['LSE', 'XLON'],
  ['ETR', 'XETR'],
  ['FRA', 'XETR'],
  ['XETRA', 'XETR'],
  ['EPA', 'XPAR'],
  ['AMS', 'XAMS'],
  ['SWX', 'XSWX'],
  ['BIT', 'XMIL'],
  ['BME', 'XMAD'],
  ['HKG', 'XHKG'],
  ['HKEX', 'XHKG'],
  ['SEHK', 'XHKG'],
  ['HK', 'XHKG'],
  ['港股', 'XHKG'],
  ['SHA', 'XSHG'],
  ['SSE', 'XSHG'],
  ['SH', 'XSHG'],
  ['SHE', 'XSHE'],
  ['SZSE', 'XSHE'],
  ['SZ', 'XSHE'],
]);

/**
 * The tickers that a normalised text itself names, in order. Cashtags always come back, unknown ones as `?TICKER`;
 * bracketed codes only when they are known, because brackets hold many other things. Linear.
 */
export function findTickers(text: string, at: number, resolve: ResolveInstrument): readonly TickerHit[] {
  const hits: TickerHit[] = [];
  if (text.includes('$')) {
    for (const match of text.matchAll(CASHTAG)) {
      const [whole, ticker = '', suffix] = match;
      const resolved = resolveCashtag(ticker, suffix, at, resolve);
      hits.push({
        kind: 'cashtag',
        start: match.index,
        end: match.index + (resolved.usesSuffix ? whole.length : ticker.length + 1),
        resolution: resolved.resolution,
      });
    }
  }
  if (/[([【]/.test(text)) {
    for (const match of text.matchAll(BRACKETED)) {
      if (isFundCode(text, match)) continue;
      for (const hit of readBrackets(match[1] ?? '', match.index + 1, at, resolve)) hits.push(hit);
    }
  }
  const found = new Set(hits.map(({ start }) => start));
  return [...hits, ...findNumbered(text, at, resolve).filter(({ start }) => !found.has(start))];
}

function findNumbered(text: string, at: number, resolve: ResolveInstrument): readonly TickerHit[] {
  return [...text.matchAll(NUMBERED)].flatMap((match) => {
    const [whole, before, suffix, prefix, behind] = match;
    const resolution = resolve(`${before ?? behind ?? ''}.${suffix ?? prefix ?? ''}`, at);
    const start = match.index;
    return resolution.kind === 'known'
      ? [{ kind: 'coded' as const, start, end: start + whole.length, resolution }]
      : [];
  });
}

/**
 * Bare six-digit codes (`600519 公告`) of instruments that somebody tagged; without that a number is a number. Linear.
 */
export function findTaggedCodes(
  text: string,
  at: number,
  tagged: ReadonlySet<string>,
  resolve: ResolveInstrument,
): readonly TickerHit[] {
  if (tagged.size === 0) return [];
  return [...text.matchAll(/(?<![\w.,$])\d{6}(?![\w%]|[.,]\d|\.[A-Za-z])/g)].flatMap((match) => {
    const resolution = resolve(match[0], at);
    if (resolution.kind !== 'known' || !tagged.has(resolution.instrument.id)) return [];
    return [{ kind: 'coded' as const, start: match.index, end: match.index + 6, resolution }];
  });
}

/** `$BRK.B` is a class, `$DIS.N` an exchange, `$BAC-L` a preferred share of BAC, and `$T.I` only a missing space. */
function resolveCashtag(
  ticker: string,
  suffix: string | undefined,
  at: number,
  resolve: ResolveInstrument,
): { resolution: Resolution; usesSuffix: boolean } {
  if (suffix !== undefined) {
    const resolution = resolve(`${ticker}.${suffix}`, at);
    if (resolution.kind !== 'unknown' || FOREIGN_SUFFIXES.has(suffix))
      return { resolution, usesSuffix: true };
    const base = resolve(ticker, at);
    return base.kind === 'known' ? { resolution: base, usesSuffix: false } : { resolution, usesSuffix: true };
  }
  return { resolution: resolve(ticker, at), usesSuffix: false };
}

/** 基金代码：000759, 稳健混合A(000604): open funds are numbered like the companies of Shenzhen. */
function isFundCode(text: string, match: RegExpExecArray): boolean {
  const inside = match[1] ?? '';
  if (!/\d{6}/.test(inside) || /\.S[HSZ]/.test(inside)) return false;
  const before = text.slice(Math.max(0, match.index - 12), match.index);
  return (
    /基 ?金|份额|[A-E](?:类|[:：])/.test(inside) ||
    /(?:基金|混合|债券|货币|联接|股票型|指数型|定开|定期开放|LOF|ETF)[A-E]?(?:类|份额)?(?:基金)?$/.test(
      before,
    )
  );
}

function readBrackets(
  inside: string,
  offset: number,
  at: number,
  resolve: ResolveInstrument,
): readonly TickerHit[] {
  const hits: TickerHit[] = [];
  let mic: string | null = null;
  for (const part of inside.matchAll(/[^\s:;,/|、,；]+/g)) {
    const code = part[0];
    const exchange = EXCHANGE_SUFFIXES.get(code.toUpperCase());
    if (exchange !== undefined) {
      mic = exchange;
      continue;
    }
    const wanted = codeToLookUp(code, mic);
    if (wanted === null) continue;
    const resolution = resolve(wanted, at);
    if (resolution.kind !== 'known') continue;
    hits.push({
      kind: 'coded',
      start: offset + part.index,
      end: offset + part.index + code.length,
      resolution,
    });
  }
  return hits;
}

/** What to resolve, or null when the word in brackets is no exchange code. */
function codeToLookUp(code: string, mic: string | null): string | null {
  if (mic !== null) {
    if (!/^[A-Z0-9][A-Z0-9.-]{0,9}$/.test(code)) return null;
    // One or two digits in brackets are a count more often than a code without its zeros.
    if (/^\d{1,2}$/.test(code)) return null;
    return `${code.replace(/\.[A-Z]{1,2}$/, '')}.${mic}`;
  }
  const prefixed = /^(SH|SZ)(\d{6})$/.exec(code);
  if (prefixed !== null) return `${prefixed[2] ?? ''}.${prefixed[1] ?? ''}`;
  if (/^(?:60|68|00|30)\d{4}$/.test(code)) return code;
  const hongKong = /^(\d{1,5})\.HK$/.exec(code) ?? /^HK(\d{4,5})$/.exec(code);
  if (hongKong !== null) return `${hongKong[1] ?? ''}.XHKG`;
  return /^[A-Z0-9]{1,6}\.(?:N|O|OQ|L|DE|PA|AS|S|SW|MI|MC|ST|CO|HE|OL|SS|SH|SZ)$/.test(code) ? code : null;
}
