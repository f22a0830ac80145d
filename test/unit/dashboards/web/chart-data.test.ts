import { expect, test } from 'vitest';

import type { SeriesRow } from '../../../../dashboards/api/wire.js';
import { findStretches, formatTicks, toChartData } from '../../../../dashboards/web/src/chart-data.js';

const row = (hour: number, n: number, provisional = false): SeriesRow => ({
  series: 'market',
  start: new Date(Date.UTC(2026, 0, 1, hour)).toISOString(),
  end: new Date(Date.UTC(2026, 0, 1, hour + 1)).toISOString(),
  n,
  stories: n,
  negative: n === 0 ? null : 0.5,
  neutral: n === 0 ? null : 0.25,
  positive: n === 0 ? null : 0.25,
  polarity: n === 0 ? null : -0.25,
  coverage: n === 0 ? 0 : 1,
  provisional,
});

test('a window stands at its middle, and one without documents leaves a gap in the line', () => {
  const [times, polarities, counts] = toChartData([row(0, 2), row(1, 0)]);
  expect(times.map((time) => new Date(time * 1_000).toISOString().slice(11, 16))).toEqual(['00:30', '01:30']);
  expect(polarities).toEqual([-0.25, null]);
  expect(counts).toEqual([2, 0]);
});

test('neighbouring windows are one stretch', () => {
  const rows = [row(0, 0), row(1, 0), row(2, 1), row(3, 0)];
  const hours = findStretches(rows, (one) => one.coverage === 0).map(({ from, to }) =>
    [from, to].map((time) => new Date(time * 1_000).getUTCHours()),
  );
  expect(hours).toEqual([
    [0, 2],
    [3, 4],
  ]);
  expect(findStretches(rows, (one) => one.provisional)).toEqual([]);
});

test('the axis says the hour, the day at midnight and the year where it begins', () => {
  const at = (text: string) => Date.parse(text) / 1_000;
  expect(
    formatTicks([at('2026-03-09T21:00Z'), at('2026-03-10T00:00Z'), at('2026-03-10T03:00Z')], 10_800),
  ).toEqual(['21:00', '03-10', '03:00']);
  expect(
    formatTicks([at('2025-12-31T00:00Z'), at('2026-01-01T00:00Z'), at('2026-01-02T00:00Z')], 86_400),
  ).toEqual(['2025-12-31', '2026-01-01', '01-02']);
});
