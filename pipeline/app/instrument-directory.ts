import type { InstrumentDirectory, InstrumentInfo } from '../../dashboards/api/ports.js';
import type { Instrument } from '../core/instrument.js';
import { seriesKind, sectorOf, type SeriesKey, type SeriesKind } from '../core/series.js';
import { SECTORS } from '../core/taxonomy.js';
import type { Linker } from '../operators/link-instruments.js';

/** Looks instruments up for people: by id, by ticker at a date, by any of their names. */
export function createInstrumentDirectory(linker: Linker): InstrumentDirectory {
  const entries = [...linker.byId.values()].map((instrument) => ({
    instrument,
    words: searchWords(instrument),
  }));
  const search = (text: string, limit: number): readonly InstrumentInfo[] => {
    const wanted = text.trim().toLowerCase();
    if (wanted === '') return [];
    return entries
      .map(({ instrument, words }) => ({ instrument, rank: rankOf(wanted, words) }))
      .filter(({ rank }) => rank < NO_MATCH)
      .sort((a, b) => a.rank - b.rank || a.instrument.id.localeCompare(b.instrument.id))
      .slice(0, limit)
      .map(({ instrument }) => toInfo(instrument));
  };
  /** Whose ticker it was at any time: a company that is gone (LEH after 2008) can still be asked for. */
  const withTicker = (text: string): readonly Instrument[] => {
    const wanted = text.trim().toUpperCase();
    return entries
      .map(({ instrument }) => instrument)
      .filter(({ listings }) => listings.some(({ ticker }) => ticker.toUpperCase() === wanted));
  };
  return {
    search,
    describe(id) {
      const instrument = linker.byId.get(id);
      return instrument === undefined ? null : toInfo(instrument);
    },
    resolve(idOrTicker, at) {
      const found = linker.resolve(idOrTicker, at);
      switch (found.kind) {
        case 'known':
          return { kind: 'known', id: found.instrument.id };
        case 'ambiguous':
          return { kind: 'ambiguous', candidates: found.candidates.map((candidate) => candidate.id) };
        case 'unknown': {
          const former = withTicker(idOrTicker);
          return former.length === 1 && former[0] !== undefined
            ? { kind: 'known', id: former[0].id }
            : { kind: 'unknown', suggestions: search(idOrTicker, 5).map((info) => info.id) };
        }
      }
    },
  };
}

/** Kind, id and name of a series as alerts and the page show them. */
export function describeSeries(
  linker: Linker,
  series: SeriesKey,
): { kind: SeriesKind; id: string; name: string } {
  const kind = seriesKind(series);
  const sector = sectorOf(series);
  if (kind === 'market') return { kind, id: 'market', name: 'Market' };
  if (sector !== null) return { kind, id: sector, name: SECTORS[sector].en };
  return { kind, id: series, name: linker.byId.get(series)?.name ?? series };
}

const NO_MATCH = 4;

function rankOf(wanted: string, words: readonly string[]): number {
  let rank = NO_MATCH;
  for (const word of words) {
    if (word === wanted) return 0;
    if (word.startsWith(wanted)) rank = Math.min(rank, 1);
    else if (word.includes(` ${wanted}`)) rank = Math.min(rank, 2);
    else if (word.includes(wanted)) rank = Math.min(rank, 3);
  }
  return rank;
}

function searchWords(instrument: Instrument): readonly string[] {
  const { id, name, nameZh, listings, names } = instrument;
  const words = [
    id,
    name,
    nameZh ?? '',
    ...listings.map((listing) => listing.ticker),
    ...names.map((entry) => entry.text),
  ];
  return [...new Set(words.filter((word) => word !== '').map((word) => word.toLowerCase()))];
}

function toInfo({ id, name, nameZh, sector }: Instrument): InstrumentInfo {
  return { id, name, nameZh, sector };
}
