import { describe, expect, it } from 'vitest';

import { bootstrap, quantile, wilson } from '../../../../models/evaluation/intervals.js';

// SciPy 1.17.1: binomtest(right, n).proportion_ci(method='wilson').
describe('wilson', () => {
  it.each([
    [0, 8, 0, 0.32440756488388023],
    [5, 8, 0.3057423946026273, 0.8631557141764027],
    [8, 8, 0.6755924351161198, 1],
    [263, 398, 0.6129517828903559, 0.7055818009156767],
    [1, 1000, 0.00017654637062607809, 0.0056425585979579355],
  ])('of %d right in %d agrees with SciPy', (right, n, low, high) => {
    const interval = wilson(right, n);
    expect(interval.value).toBe(right / n);
    expect(interval.low).toBeCloseTo(low, 12);
    expect(interval.high).toBeCloseTo(high, 12);
  });
});

describe('bootstrap', () => {
  const values = Array.from({ length: 200 }, (_, index) => ((index * 37) % 101) / 100);
  const mean = (rows: Uint32Array) => rows.reduce((sum, row) => sum + (values[row] ?? 0), 0) / rows.length;

  it('agrees with the percentile bootstrap of SciPy on a mean', () => {
    const { low, high } = bootstrap(values.length, mean, { seed: 1, rounds: 5000 });
    expect(low).toBeCloseTo(0.4596, 2);
    expect(high).toBeCloseTo(0.54135, 2);
  });

  it('gives the same interval for the same seed and draws as many rows as there are', () => {
    const lengths = new Set<number>();
    const measure = (rows: Uint32Array) => {
      lengths.add(rows.length);
      return mean(rows);
    };
    const options = { seed: 7, rounds: 50 };
    expect(bootstrap(values.length, measure, options)).toEqual(bootstrap(values.length, mean, options));
    expect([...lengths]).toEqual([values.length]);
  });
});

describe('quantile', () => {
  it('lies between two ranks as in NumPy', () => {
    const sorted = Float64Array.of(1, 2, 4, 8);
    expect([quantile(sorted, 0.025), quantile(sorted, 0.975)]).toEqual([1.075, 7.699999999999999]);
  });
});
