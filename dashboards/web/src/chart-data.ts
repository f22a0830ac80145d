import type { SeriesRow } from '../../api/wire.js';

/** Columns as the chart library takes them: middle of the window in seconds, polarity (null where there is none), documents. */
export type ChartData = [number[], (number | null)[], number[]];

export function toChartData(rows: readonly SeriesRow[]): ChartData {
  return [
    rows.map((row) => (Date.parse(row.start) + Date.parse(row.end)) / 2_000),
    rows.map((row) => row.polarity),
    rows.map((row) => row.n),
  ];
}

export interface Stretch {
  /** Seconds. */
  readonly from: number;
  readonly to: number;
}

/** Joins neighbouring windows that the condition holds for. */
export function findStretches(
  rows: readonly SeriesRow[],
  holds: (row: SeriesRow) => boolean,
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const row of rows) {
    if (!holds(row)) continue;
    const from = Date.parse(row.start) / 1_000;
    const to = Date.parse(row.end) / 1_000;
    const last = stretches.at(-1);
    if (last?.to === from) stretches[stretches.length - 1] = { from: last.from, to };
    else stretches.push({ from, to });
  }
  return stretches;
}

/** Labels of the time axis in UTC: the hour, the day where a day begins, the year where it matters. */
export function formatTicks(seconds: readonly number[], stepSeconds: number): readonly string[] {
  return seconds.map((time, index) => {
    const text = new Date(time * 1_000).toISOString();
    const previous = seconds[index - 1];
    const newYear =
      previous === undefined || new Date(previous * 1_000).getUTCFullYear() !== Number(text.slice(0, 4));
    if (stepSeconds >= 86_400) return newYear ? text.slice(0, 10) : text.slice(5, 10);
    return text.slice(11, 16) === '00:00' ? text.slice(5, 10) : text.slice(11, 16);
  });
}
