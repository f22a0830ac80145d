import { expect, it } from 'vitest';

import { lagOf } from '../../bench/measure.js';

it('tells what waited when the last document was sent, not what was left when the last followed one was found', () => {
  const samples = [0, 10, 20, 30, 40].map((seconds) => ({ seconds, documents: seconds * 100 }));
  const workedOff = [50, 60].map((seconds) => ({ seconds, documents: (60 - seconds) * 10 }));
  expect(lagOf([...samples, ...workedOff], 40)).toEqual({ middle: 2_000, end: 4_000, most: 4_000 });
});

it('is nothing where nothing was sampled', () => {
  expect(lagOf([], 40)).toEqual({ middle: 0, end: 0, most: 0 });
});
