import { FREQUENCY_MS, type Frequency } from '../../pipeline/core/series.js';
import type { SeriesPoint } from '../../pipeline/core/store.js';
import { toIso } from './parameters.js';
import type { SeriesRow } from './wire.js';

export interface FillOptions {
  readonly label: string;
  readonly frequency: Frequency;
  /** Aligned to the frequency; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly watermark: number | null;
  /** Starts of the windows in which the market has documents. */
  readonly covered: ReadonlySet<number>;
}

/** Every window of [from, to) in order, the absent ones filled with nulls. */
export function fillWindows(points: readonly SeriesPoint[], options: FillOptions): readonly SeriesRow[] {
  const step = FREQUENCY_MS[options.frequency];
  const byStart = new Map(points.map((point) => [point.start, point]));
  const rows: SeriesRow[] = [];
  for (let start = options.from; start < options.to; start += step) {
    const end = start + step;
    const point = byStart.get(start);
    rows.push({
      series: options.label,
      start: toIso(start),
      end: toIso(end),
      n: point?.documents ?? 0,
      stories: point?.stories ?? 0,
      negative: point?.negative ?? null,
      neutral: point?.neutral ?? null,
      positive: point?.positive ?? null,
      polarity: point?.polarity ?? null,
      coverage: point !== undefined || options.covered.has(start) ? 1 : 0,
      provisional: options.watermark === null || end > options.watermark,
    });
  }
  return rows;
}
