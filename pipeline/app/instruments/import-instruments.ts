import type { Instrument, InstrumentName } from '../../core/instrument.js';
import { createResolver, indexCiks, type ResolveInstrument } from '../../operators/resolve-instrument.js';
import type { DeskRow } from './desk-row.js';
import { judgeName } from './judge-name.js';
import { indexNames, nameKey, type NameIndex } from './name-index.js';
import { createSuggester } from './suggest-instruments.js';

/**
 * What became of a row: `matched` is a company of the list already, `added` a new one, `unmatched` neither (no exchange
 * and ticker to add it under), `refused` names no company (an index, a sector, a commodity).
 */
export const IMPORT_OUTCOMES = ['matched', 'added', 'unmatched', 'refused'] as const;
export type ImportOutcome = (typeof IMPORT_OUTCOMES)[number];

export interface ImportedRow {
  readonly row: DeskRow;
  readonly outcome: ImportOutcome;
  /** As it is to be written; null for the last two outcomes. */
  readonly instrument: Instrument | null;
  readonly remarks: readonly string[];
  /** Ids that the row may mean, best first; for `unmatched` only. */
  readonly suggestions: readonly string[];
}

const COUNTRY_OF_MIC: ReadonlyMap<string, string> = new Map([
  ['XNYS', 'US'],
  ['XNAS', 'US'],
  ['XASE', 'US'],
  ['OTCM', 'US'],
  ['XLON', 'GB'],
  ['XETR', 'DE'],
  ['XPAR', 'FR'],
  ['XAMS', 'NL'],
  ['XBRU', 'BE'],
  ['XSWX', 'CH'],
  ['XMIL', 'IT'],
  ['XMAD', 'ES'],
  ['XSTO', 'SE'],
  ['XCSE', 'DK'],
  ['XHEL', 'FI'],
  ['XOSL', 'NO'],
  ['XSHG', 'CN'],
  ['XSHE', 'CN'],
  ['XHKG', 'HK'],
  ['XNSE', 'IN'],
  ['XBOM', 'IN'],
  ['XTKS', 'JP'],
  ['XKRX', 'KR'],
]);

/**
 * Brings a desk's list together with the known one, row by row: by ISIN, by ticker and exchange, by CIK, then by name.
 *
 * A match keeps everything the known row says and takes the desk's names, and a CIK it lacks, on top, so the result can be listed in
 * `instruments.files`. `at` (milliseconds) is when tickers mean what they mean. Rows of one company become one.
 */
export function importInstruments(
  rows: readonly DeskRow[],
  known: readonly Instrument[],
  at: number,
): readonly ImportedRow[] {
  const byId = new Map(known.map((instrument) => [instrument.id, instrument]));
  const byIsin = new Map(known.flatMap((item) => (item.isin === null ? [] : [[item.isin, item] as const])));
  const byCik = indexCiks(known);
  const finder: Finder = {
    byId,
    byIsin,
    byCik,
    names: indexNames(known),
    resolve: createResolver(known),
    at,
  };
  const suggest = createSuggester(known);
  return rows.map((row): ImportedRow => {
    const judged = [row.name, row.nameZh, ...row.aliases]
      .filter((name): name is string => name !== null)
      .map((name) => ({ name, ...judgeName(name) }));
    const remarks = [...row.remarks, ...judged.flatMap(({ remark }) => (remark === null ? [] : [remark]))];
    if (judged[0]?.forms.length === 0)
      return { row, outcome: 'refused', instrument: null, remarks, suggestions: [] };
    const names = judged.flatMap(({ forms }) => forms.map((form) => ({ ...form, from: null, to: null })));
    const match = findKnown(row, finder);
    const instrument = match === null ? toInstrument(row, names) : completed(match, row, names);
    if (instrument === null) {
      return { row, outcome: 'unmatched', instrument, remarks, suggestions: suggest(row, 3) };
    }
    byId.set(instrument.id, instrument);
    remarks.push(...otherCik(row, instrument));
    return { row, outcome: match === null ? 'added' : 'matched', instrument, remarks, suggestions: [] };
  });
}

/** The last form of every instrument that the rows came to, sorted by id: the lines of the file to write. */
export function collectInstruments(imported: readonly ImportedRow[]): readonly Instrument[] {
  const byId = new Map(
    imported.flatMap(({ instrument }) => (instrument === null ? [] : [[instrument.id, instrument] as const])),
  );
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

interface Finder {
  readonly byId: ReadonlyMap<string, Instrument>;
  readonly byIsin: ReadonlyMap<string, Instrument>;
  readonly byCik: ReadonlyMap<string, Instrument>;
  readonly names: NameIndex;
  readonly resolve: ResolveInstrument;
  readonly at: number;
}

/** A row with ticker and exchange is what they say or new; a name alone must belong to one company only. */
function findKnown(row: DeskRow, { byId, byIsin, byCik, names, resolve, at }: Finder): Instrument | null {
  const sameIsin = row.isin === null ? undefined : byIsin.get(row.isin);
  if (sameIsin !== undefined) return byId.get(sameIsin.id) ?? null;
  if (row.ticker !== null && row.mic !== null) {
    const listed = resolve(`${row.ticker}.${row.mic}`, at);
    const id = listed.kind === 'known' ? listed.instrument.id : `${row.ticker}.${row.mic}`;
    return byId.get(id) ?? null;
  }
  const sameCik = row.cik === null ? undefined : byCik.get(row.cik);
  if (sameCik !== undefined) return byId.get(sameCik.id) ?? null;
  const ids = new Set(
    [row.name, row.nameZh].flatMap((name) => [...((name === null ? null : names.get(nameKey(name))) ?? [])]),
  );
  const [only] = ids;
  if (only !== undefined && ids.size === 1) return byId.get(only) ?? null;
  if (row.ticker === null) return null;
  const listed = resolve(row.ticker, at);
  const agrees = listed.kind === 'known' && (row.name === null || ids.has(listed.instrument.id));
  return agrees ? (byId.get(listed.instrument.id) ?? null) : null;
}

/**
 * Names that are there already keep their dates, and one word keeps its warning; that several words or an acronym are
 * ambiguous, the desk knows better.
 */
function completed(known: Instrument, row: DeskRow, names: readonly InstrumentName[]): Instrument {
  const present = new Set(known.names.map(({ text }) => text.toLowerCase()));
  const sure = new Set(
    names.filter((name) => !name.ambiguous && isTelling(name.text)).map(({ text }) => text),
  );
  const kept = known.names.map((name) => (sure.has(name.text) ? { ...name, ambiguous: false } : name));
  return { ...known, cik: known.cik ?? row.cik, names: [...kept, ...distinct(names, present)] };
}

function otherCik({ cik }: DeskRow, known: Instrument): readonly string[] {
  if (cik === null || known.cik === null || cik === known.cik) return [];
  return [`CIK ${cik} is not that of ${known.id} (${known.cik}), which stays`];
}

function isTelling(text: string): boolean {
  return (
    text.includes(' ') || (text.length >= 3 && text === text.toUpperCase() && text !== text.toLowerCase())
  );
}

function toInstrument(row: DeskRow, names: readonly InstrumentName[]): Instrument | null {
  const { ticker, mic, nameZh, isin, cik, sector } = row;
  const name = row.name ?? nameZh;
  const country = mic === null ? undefined : COUNTRY_OF_MIC.get(mic);
  const own = distinct(names, new Set());
  if (ticker === null || mic === null || name === null || country === undefined || own.length === 0)
    return null;
  const listings = [{ ticker, mic, from: null, to: null }];
  const id = `${ticker}.${mic}`;
  return { id, name, nameZh, sector, country, listings, names: own, isin, cik, parent: null, peers: [] };
}

function distinct(names: readonly InstrumentName[], present: ReadonlySet<string>): readonly InstrumentName[] {
  const taken = new Set(present);
  return names.filter(({ text }) => {
    const key = text.toLowerCase();
    if (taken.has(key)) return false;
    taken.add(key);
    return true;
  });
}
