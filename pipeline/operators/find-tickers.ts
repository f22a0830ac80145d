import type { ResolveInstrument, Resolution } from './resolve-instrument.js';

/** A ticker written in the text: `$AAPL`, or an exchange code in brackets such as `(NYSE: BAC)`, `（600519）`, `(GS.N)`. */
export interface TickerHit {
  readonly kind: 'cashtag' | 'coded';
  readonly start: number;
  readonly end: number;
  readonly resolution: Resolution;
}

const CASHTAG = /(?<![A-Za-z0-9_$])\$([A-Z]{1,6})(?:[.-]([A-Z]{1,2}))?(?![A-Za-z0-9_])/g;
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
      for (const hit of readBrackets(match[1] ?? '', match.index + 1, at, resolve)) hits.push(hit);
    }
  }
  return hits;
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
    const digits = /^0*(\d{4})$/.exec(code)?.[1];
    return `${mic === 'XHKG' && digits !== undefined ? digits : code.replace(/\.[A-Z]{1,2}$/, '')}.${mic}`;
  }
  const prefixed = /^(SH|SZ)(\d{6})$/.exec(code);
  if (prefixed !== null) return `${prefixed[2] ?? ''}.${prefixed[1] ?? ''}`;
  if (/^(?:60|68|00|30)\d{4}$/.test(code)) return code;
  const hongKong = /^0?(\d{4})\.HK$/.exec(code) ?? /^HK0?(\d{4})$/.exec(code);
  if (hongKong !== null) return `${hongKong[1] ?? ''}.XHKG`;
  return /^[A-Z0-9]{1,6}\.(?:N|O|OQ|L|DE|PA|AS|S|SW|MI|MC|ST|CO|HE|OL|SS|SH|SZ)$/.test(code) ? code : null;
}
