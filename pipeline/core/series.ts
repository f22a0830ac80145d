import { SECTORS, type SectorId } from './taxonomy.js';

/**
 * A series key names what is counted: `market`, `sector:banks`, or an instrument id such as `AAPL.XNAS` or `?NGCG`.
 * Every document counts once for `market`; topic is a second dimension ('' means all topics).
 */
export type SeriesKey = string;
export const MARKET_SERIES: SeriesKey = 'market';

export const SERIES_KINDS = ['instrument', 'sector', 'market', 'topic'] as const;
export type SeriesKind = (typeof SERIES_KINDS)[number];

export function sectorSeries(sector: SectorId): SeriesKey {
  return `sector:${sector}`;
}

export function seriesKind(series: SeriesKey): SeriesKind {
  if (series === MARKET_SERIES) return 'market';
  return series.startsWith('sector:') ? 'sector' : 'instrument';
}

export function sectorOf(series: SeriesKey): SectorId | null {
  if (!series.startsWith('sector:')) return null;
  const id = series.slice('sector:'.length);
  return id in SECTORS ? (id as SectorId) : null;
}

export const FREQUENCIES = ['1m', '1h', '1d'] as const;
export type Frequency = (typeof FREQUENCIES)[number];
export const FREQUENCY_MS: Readonly<Record<Frequency, number>> = {
  '1m': 60_000,
  '1h': 3_600_000,
  '1d': 86_400_000,
};

export function windowStart(timeMs: number, frequency: Frequency): number {
  return Math.floor(timeMs / FREQUENCY_MS[frequency]) * FREQUENCY_MS[frequency];
}
