import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitAtHours } from '../../../../pipeline/storage/history-reader.js';
import { BASE, HOUR } from '../../../support/store.js';

it.each([
  ['whole hours', BASE, BASE + 2 * HOUR, [[BASE, BASE + 2 * HOUR, true]]],
  ['nothing', BASE + 5, BASE + 5, []],
  ['a range that ends before it starts', BASE + 5, BASE, []],
  ['a part of one hour', BASE + 5, BASE + 9, [[BASE + 5, BASE + 9, false]]],
  [
    'parts of two hours',
    BASE + 5,
    BASE + HOUR + 1,
    [
      [BASE + 5, BASE + HOUR, false],
      [BASE + HOUR, BASE + HOUR + 1, false],
    ],
  ],
])('cuts %s at the hours', (_what, from, to, expected) => {
  expect(splitAtHours(from, to).map((range) => [range.from, range.to, range.whole])).toEqual(expected);
});

it('covers any range once, without a gap, whole hours as such', () => {
  const time = fc.integer({ min: BASE, max: BASE + 5 * HOUR });
  fc.assert(
    fc.property(time, time, (from, to) => {
      let next = from;
      for (const range of splitAtHours(from, to)) {
        expect(range.from).toBe(next);
        expect(range.whole && (range.from % HOUR !== 0 || range.to % HOUR !== 0)).toBe(false);
        next = range.to;
      }
      expect(next).toBe(Math.max(from, from < to ? to : from));
    }),
  );
});
