import { expect, it } from 'vitest';

import { MOST_ATTEMPTS, RetryLedger } from '../../../../pipeline/app/retry-ledger.js';

it('gives a document up when it was asked about three times in vain', () => {
  const ledger = new RetryLedger(null);
  for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt += 1) {
    ledger.begin(['a 1', 'b 1']);
    expect(ledger.end(['a 1']).givenUp).toEqual([]);
    expect(ledger.isSuspect('a 1')).toBe(true);
    expect(ledger.isSuspect('b 1')).toBe(false);
  }
  ledger.begin(['a 1']);
  expect(ledger.end(['a 1']).givenUp).toEqual(['a 1']);
  expect(ledger.spent).toEqual(['a 1']);
});

it('counts a kill against what was being asked about then, and forgets it when it is answered', () => {
  let written: string | null = null;
  for (let kill = 0; kill < MOST_ATTEMPTS; kill += 1) written = new RetryLedger(written).begin(['a 1']);
  expect(new RetryLedger(written).spent).toEqual(['a 1']);

  const ledger = new RetryLedger(new RetryLedger(null).begin(['b 1']));
  expect(ledger.isSuspect('b 1')).toBe(true);
  ledger.begin(['b 1']);
  expect(new RetryLedger(ledger.end([]).written).isSuspect('b 1')).toBe(false);
});

it('keeps what was counted before, and counts nothing, when the model answers for nobody', () => {
  const ledger = new RetryLedger(new RetryLedger(null).begin(['a 1']));
  ledger.begin(['a 1', 'b 1']);
  const later = new RetryLedger(ledger.drop());
  expect(later.isSuspect('a 1')).toBe(true);
  expect(later.isSuspect('b 1')).toBe(false);
});

it.each(['', '{', '[]', '{"trying":[1],"attempts":"x"}'])(
  'begins anew from what cannot be read: %j',
  (written) => {
    expect(new RetryLedger(written).spent).toEqual([]);
  },
);

it('holds no more than a thousand documents', () => {
  const ledger = new RetryLedger(null);
  const keys = Array.from({ length: 1_500 }, (_, at) => `${at} 1`);
  ledger.begin(keys);
  ledger.end(keys);
  expect(keys.filter((key) => ledger.isSuspect(key))).toEqual(keys.slice(500));
});
