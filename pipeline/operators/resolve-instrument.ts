import type { Instrument, Listing } from '../core/instrument.js';

export type Resolution =
  | { readonly kind: 'known'; readonly instrument: Instrument }
  | { readonly kind: 'unknown'; readonly id: string }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Instrument[] };

interface Entry {
  readonly instrument: Instrument;
  readonly mic: string;
  readonly from: number;
  readonly to: number;
}

const US_MICS: ReadonlySet<string> = new Set(['XNAS', 'XNYS', 'ARCX', 'XASE', 'BATS', 'OTCM']);

/** Exchange endings as news agencies and data vendors write them (`GS.N`, `600519.SS`, `BP.L`). */
const SUFFIX_MICS: ReadonlyMap<string, readonly string[]> = new Map([
  ['N', ['XNYS']],
  ['O', ['XNAS']],
  ['OQ', ['XNAS']],
  ['US', ['XNAS', 'XNYS', 'ARCX', 'OTCM']],
  ['L', ['XLON']],
  ['LN', ['XLON']],
  ['DE', ['XETR']],
  ['F', ['XETR']],
  ['PA', ['XPAR']],
  ['AS', ['XAMS']],
  ['BR', ['XBRU']],
  ['S', ['XSWX']],
  ['SW', ['XSWX']],
  ['VX', ['XSWX']],
  ['MI', ['XMIL']],
  ['MC', ['XMAD']],
  ['ST', ['XSTO']],
  ['CO', ['XCSE']],
  ['HE', ['XHEL']],
  ['OL', ['XOSL']],
  ['SS', ['XSHG']],
  ['SH', ['XSHG']],
  ['SZ', ['XSHE']],
  ['HK', ['XHKG']],
  ['T', ['XTKS']],
  ['KS', ['XKRX']],
]);

export type ResolveInstrument = (idOrTicker: string, at: number) => Resolution;

/**
 * Says which instrument an id or ticker means at a time (milliseconds).
 *
 * Accepted: an id, `TICKER.MIC` of any listing, a vendor's `TICKER.N`, a bare ticker, class forms (`BRK.B`,
 * `BRK-B`, `BRK/B`), Chinese codes without the zeros in front where the exchange is named (`1.SZ`). A listing that is valid at that time wins; a full id or `TICKER.MIC` also finds a former
 * one. Of several exchanges the American one is meant. Unknown tickers come back as `?TICKER`.
 */
export function createResolver(instruments: readonly Instrument[]): ResolveInstrument {
  const byId = new Map(instruments.map((instrument) => [instrument.id, instrument]));
  const byTicker = indexListings(instruments);

  return (idOrTicker, at) => {
    const wanted = idOrTicker.trim().replace(/^[$?]/, '').toUpperCase();
    const exact = byId.get(wanted);
    if (exact !== undefined) return { kind: 'known', instrument: exact };
    // Only Hong Kong's exchange writes five digits with a zero in front.
    const onExchange = findOnExchange(/^0\d{4}$/.test(wanted) ? `${wanted}.HK` : wanted, at, byTicker);
    if (onExchange !== null) return onExchange;
    const entries = byTicker.get(canonicalTicker(wanted)) ?? [];
    const valid = entries.filter((entry) => entry.from <= at && at < entry.to);
    const american = valid.filter((entry) => US_MICS.has(entry.mic));
    return (
      choose(american.length > 0 ? american : valid) ?? baseOfClass(wanted, at, byTicker) ?? unknown(wanted)
    );
  };
}

function unknown(ticker: string): Resolution {
  return { kind: 'unknown', id: `?${ticker.slice(0, 24)}` };
}

/** `TICKER.MIC` or `TICKER.SUFFIX`; a former listing counts when no valid one is there. */
function findOnExchange(
  wanted: string,
  at: number,
  byTicker: ReadonlyMap<string, readonly Entry[]>,
): Resolution | null {
  const dot = wanted.lastIndexOf('.');
  if (dot <= 0) return null;
  const suffix = wanted.slice(dot + 1);
  const mics = SUFFIX_MICS.get(suffix) ?? (suffix.length === 4 ? [suffix] : []);
  if (mics.length === 0) return null;
  const ticker = canonicalTicker(wanted.slice(0, dot));
  const entries = (byTicker.get(padCode(ticker, mics)) ?? []).filter((entry) => mics.includes(entry.mic));
  return choose(entries.filter((entry) => entry.from <= at && at < entry.to)) ?? choose(entries);
}

/**
 * Hong Kong's numbers have five digits at the exchange and four with most vendors, the mainland's have six;
 * spreadsheets drop the zeros in front.
 */
function padCode(ticker: string, mics: readonly string[]): string {
  if (!/^\d{1,6}$/.test(ticker)) return ticker;
  if (mics.includes('XHKG')) return ticker.replace(/^0+(?=\d)/, '').padStart(4, '0');
  return mics.includes('XSHG') || mics.includes('XSHE') ? ticker.padStart(6, '0') : ticker;
}

/** Preferred shares and warrants (`BAC-L`) stand for their company. */
function baseOfClass(
  wanted: string,
  at: number,
  byTicker: ReadonlyMap<string, readonly Entry[]>,
): Resolution | null {
  const base = /^([A-Z]{1,6})-[A-Z]{1,2}$/.exec(wanted)?.[1];
  if (base === undefined) return null;
  const entries = byTicker.get(base) ?? [];
  return choose(entries.filter((e) => US_MICS.has(e.mic) && e.from <= at && at < e.to));
}

function choose(entries: readonly Entry[]): Resolution | null {
  const candidates = [...new Set(entries.map((entry) => entry.instrument))];
  const [first] = candidates;
  if (first === undefined) return null;
  return candidates.length === 1 ? { kind: 'known', instrument: first } : { kind: 'ambiguous', candidates };
}

function indexListings(instruments: readonly Instrument[]): ReadonlyMap<string, readonly Entry[]> {
  const index = new Map<string, Entry[]>();
  for (const instrument of instruments) {
    for (const listing of instrument.listings) {
      const key = canonicalTicker(listing.ticker);
      const entries = index.get(key) ?? [];
      entries.push({ instrument, mic: listing.mic, ...validity(listing) });
      index.set(key, entries);
    }
  }
  return index;
}

/** Whose number at the SEC it is; of several share classes with one number the first of the list. */
export function indexCiks(instruments: readonly Instrument[]): ReadonlyMap<string, Instrument> {
  const index = new Map<string, Instrument>();
  for (const instrument of instruments) {
    if (instrument.cik !== null && !index.has(instrument.cik)) index.set(instrument.cik, instrument);
  }
  return index;
}

/** Milliseconds from (inclusive) and to (exclusive); open ends are infinite. */
export function validity(range: Pick<Listing, 'from' | 'to'>): { from: number; to: number } {
  return {
    from: range.from === null ? -Infinity : Date.parse(range.from),
    to: range.to === null ? Infinity : Date.parse(range.to),
  };
}

function canonicalTicker(ticker: string): string {
  return ticker.toUpperCase().replace(/[-/ ]/g, '.');
}
