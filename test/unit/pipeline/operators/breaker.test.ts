import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createBreaker } from '../../../../pipeline/operators/breaker.js';

describe('createBreaker', () => {
  it('opens exactly when some stretch of the window holds as many dead letters as the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 80 }), (documents) => {
        const breaker = createBreaker({ window: 10, limit: 3 });
        const opened = documents.findIndex((dead) => breaker.record(dead));
        const expected = documents.findIndex(
          (_, end) => documents.slice(Math.max(0, end - 9), end + 1).filter(Boolean).length >= 3,
        );
        expect(opened).toBe(expected);
        expect(breaker.open).toBe(expected >= 0);
      }),
    );
  });

  it('lets 3 % through for ever and stops at 6 %', () => {
    const through = createBreaker();
    for (let n = 0; n < 100_000; n += 1) through.record(n % 100 < 3);
    expect(through.open).toBe(false);
    const stopped = createBreaker();
    let taken = 0;
    while (!stopped.record(taken % 100 < 6)) taken += 1;
    expect(taken).toBeLessThan(1_000);
  });

  it('tells of its opening once, stays open, and counts from zero after a reset', () => {
    const breaker = createBreaker({ window: 10, limit: 2 });
    expect([true, true, true, false].map((dead) => breaker.record(dead))).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(breaker.open).toBe(true);
    breaker.reset();
    expect(breaker.open).toBe(false);
    expect([true, false, true].map((dead) => breaker.record(dead))).toEqual([false, false, true]);
  });
});
