import { FREQUENCY_MS, windowStart, type Frequency } from '../../../pipeline/core/series.js';
import type { Period } from './url-state.js';

const HOUR_MS = FREQUENCY_MS['1h'];
const DAY_MS = FREQUENCY_MS['1d'];
const LENGTH_MS: Readonly<Record<Exclude<Period, 'all'>, number>> = {
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
};
const FREQUENCY: Readonly<Record<Exclude<Period, 'all'>, Frequency>> = {
  '1h': '1m',
  '6h': '1m',
  '24h': '1h',
  '7d': '1h',
  '30d': '1d',
};
/** Hours stay readable for about this long. */
const MAX_HOURLY_MS = 16 * DAY_MS;

export interface TimeRange {
  readonly from: number;
  readonly to: number;
  readonly frequency: Frequency;
}

/** The time a period covers, in whole windows, when its end is `end`; `first` is the time of the first document. */
export function rangeOf(period: Period, end: number, first: number | null): TimeRange {
  if (period !== 'all') {
    const frequency = FREQUENCY[period];
    const to = windowStart(end, frequency) + FREQUENCY_MS[frequency];
    return { from: to - LENGTH_MS[period], to, frequency };
  }
  const start = Math.min(first ?? end - DAY_MS, end - HOUR_MS);
  const frequency = end - start > MAX_HOURLY_MS ? '1d' : '1h';
  return {
    from: windowStart(start, frequency),
    to: windowStart(end, frequency) + FREQUENCY_MS[frequency],
    frequency,
  };
}
