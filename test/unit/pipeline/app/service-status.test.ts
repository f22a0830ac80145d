import { expect, test } from 'vitest';

import { serviceStatus, type StatusFacts } from '../../../../pipeline/app/service-status.js';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const watermark = (until: number | null, world: StatusFacts['world'] = 'live') =>
  serviceStatus({
    world,
    model: { name: 'm', version: '1', sha256: 'ab'.repeat(32) },
    sources: [],
    recorded: [],
    now: NOW,
    newest: NOW - 5_000,
    settled: { until, stored: () => undefined, look: () => Promise.resolve() },
    lag: { understand: 0, monitor: 0 },
  }).watermark;

test('a window is provisional while documents of it may be late, or wait to be stored', () => {
  expect(watermark(NOW - 6_000)).toBe(NOW - 60_000);
  expect(watermark(NOW - 600_000)).toBe(NOW - 600_000);
  expect(watermark(null)).toBeNull();
  expect(watermark(null, 'replay')).toBe(NOW - 5_000);
});
