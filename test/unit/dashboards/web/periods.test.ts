import { expect, test } from 'vitest';

import { rangeOf } from '../../../../dashboards/web/src/periods.js';

const NOW = Date.parse('2026-03-10T12:34:56Z');
const HOUR = 3_600_000;

test.each([
  ['1h', '1m', 60],
  ['6h', '1m', 360],
  ['24h', '1h', 24],
  ['7d', '1h', 168],
  ['30d', '1d', 30],
] as const)('%s is shown in windows of %s, %i of them, the open one last', (period, frequency, count) => {
  const range = rangeOf(period, NOW, null);
  const step = { '1m': 60_000, '1h': HOUR, '1d': 24 * HOUR }[frequency];
  expect(range.frequency).toBe(frequency);
  expect((range.to - range.from) / step).toBe(count);
  expect(range.to - step).toBeLessThanOrEqual(NOW);
  expect(range.to).toBeGreaterThan(NOW);
});

test('all begins with the first document, by the hour for a fortnight and by the day beyond', () => {
  expect(rangeOf('all', NOW, NOW - 14 * 24 * HOUR)).toMatchObject({
    frequency: '1h',
    from: Date.parse('2026-02-24T12:00:00Z'),
  });
  expect(rangeOf('all', NOW, NOW - 80 * 24 * HOUR)).toMatchObject({
    frequency: '1d',
    from: Date.parse('2025-12-20T00:00:00Z'),
  });
  expect(rangeOf('all', NOW, null).to).toBeGreaterThan(NOW);
});
