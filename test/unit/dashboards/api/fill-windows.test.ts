import fc from 'fast-check';
import { expect, test } from 'vitest';

import { fillWindows } from '../../../../dashboards/api/fill-windows.js';
import { FREQUENCIES, FREQUENCY_MS } from '../../../../pipeline/core/series.js';

test('windows follow one another without a hole, hold each point once and never invent a value', () => {
  const property = fc.property(
    fc.constantFrom(...FREQUENCIES),
    fc.uniqueArray(fc.nat(40)),
    fc.nat(45),
    (frequency, filled, passed) => {
      const step = FREQUENCY_MS[frequency];
      const points = filled.map((index) => ({
        series: 'market',
        start: index * step,
        documents: index + 1,
        stories: 1,
        negative: 0.2,
        neutral: 0.5,
        positive: 0.3,
        polarity: 0.1,
      }));
      const rows = fillWindows(points, {
        label: 'market',
        frequency,
        from: 0,
        to: 41 * step,
        watermark: passed * step,
        covered: new Set([3 * step]),
      });
      expect(rows).toHaveLength(41);
      for (const [index, row] of rows.entries()) {
        const has = filled.includes(index);
        expect(Date.parse(row.start)).toBe(index * step);
        expect(Date.parse(row.end)).toBe((index + 1) * step);
        expect(row.n).toBe(has ? index + 1 : 0);
        expect([row.negative, row.neutral, row.positive, row.polarity]).toEqual(
          has ? [0.2, 0.5, 0.3, 0.1] : [null, null, null, null],
        );
        expect(row.coverage).toBe(has || index === 3 ? 1 : 0);
        expect(row.provisional).toBe(index + 1 > passed);
      }
    },
  );
  fc.assert(property, { numRuns: 50 });
});
