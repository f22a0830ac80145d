import { describe, expect, it } from 'vitest';

import { nextBatch } from '../../../../models/encoder/runtime/next-batch.js';

const waiter = (length: number, language: 'en' | 'zh' = 'en') => ({ language, ids: { length } });
const lengths = (batch: readonly { ids: { length: number } }[]) => batch.map(({ ids }) => ids.length);

describe('the next micro-batch', () => {
  it('holds texts of about one length, the oldest among them', () => {
    const waiting = [9, 2, 8, 1, 7, 3].map((length) => waiter(length));
    expect(lengths(nextBatch(waiting, { maxBatch: 3, idle: 1 }))).toEqual([7, 8, 9]);
    expect(lengths(nextBatch(waiting.slice(1), { maxBatch: 3, idle: 1 }))).toEqual([1, 2, 3]);
  });

  it('holds one language only', () => {
    const waiting = [waiter(5, 'zh'), waiter(4), waiter(3, 'zh')];
    expect(nextBatch(waiting, { maxBatch: 8, idle: 1 }).map(({ language }) => language)).toEqual([
      'zh',
      'zh',
    ]);
  });

  it('leaves a share for each thread that is idle', () => {
    const waiting = [1, 2, 3, 4].map((length) => waiter(length));
    expect(nextBatch(waiting, { maxBatch: 8, idle: 2 })).toHaveLength(2);
  });

  it('always takes the oldest, wherever its length puts it', () => {
    for (let length = 1; length <= 7; length += 1) {
      const waiting = [waiter(length), ...[1, 2, 3, 4, 5, 6].map((other) => waiter(other))];
      expect(nextBatch(waiting, { maxBatch: 3, idle: 1 })).toContain(waiting[0]);
    }
  });

  it('is empty when nothing waits', () => {
    expect(nextBatch([], { maxBatch: 8, idle: 1 })).toEqual([]);
  });
});
