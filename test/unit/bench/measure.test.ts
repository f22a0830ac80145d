import { describe, expect, it } from 'vitest';

import { lagOf, workedOffPerSecond, type Measured } from '../../bench/measure.js';

it('tells what waited when the last document was sent, not what was left when the last followed one was found', () => {
  const samples = [0, 10, 20, 30, 40].map((seconds) => ({ seconds, documents: seconds * 100 }));
  const workedOff = [50, 60].map((seconds) => ({ seconds, documents: (60 - seconds) * 10 }));
  expect(lagOf([...samples, ...workedOff], 40)).toEqual({ middle: 2_000, end: 4_000, most: 4_000 });
});

it('is nothing where nothing was sampled', () => {
  expect(lagOf([], 40)).toEqual({ middle: 0, end: 0, most: 0 });
});

describe('what is worked off a second', () => {
  const counted = (stored: number, duplicates: number) =>
    `bellwether_outcome_documents_total{outcome="stored"} ${stored}\nbellwether_outcome_documents_total{outcome="duplicate"} ${duplicates}\n`;
  const run = { before: counted(5, 0), after: counted(605, 300), seconds: 10, accepted: 900 } as Measured;

  it('counts from the first sent to the last rolled up', () => {
    expect(workedOffPerSecond({ ...run, drainSeconds: 20 })).toBe(30);
  });

  it('is what was done in the whole time of waiting where that was not enough, and not nothing', () => {
    expect(workedOffPerSecond({ ...run, drainSeconds: null })).toBeCloseTo(900 / 340);
  });
});
