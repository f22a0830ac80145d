import { describe, expect, it } from 'vitest';

import { Partitions } from '../../../../../pipeline/log/kafka/partitions.js';

const LIMITS = { maxMessages: 10, maxBytes: 1_000 };
const message = (offset: number) => ({
  partition: 0,
  offset,
  key: 'k',
  value: new Uint8Array(1),
  appendedAt: 1,
});

function opened(): Partitions {
  const partitions = new Partitions();
  partitions.add(0, 0).state = 'open';
  return partitions;
}

describe('the partitions a reader holds', () => {
  it('names the offsets that are missing and drops repeats', () => {
    const partitions = opened();
    expect(partitions.take(message(0))).toBeNull();
    expect(partitions.take(message(5))).toEqual({ from: 1, to: 5 });
    expect(partitions.take(message(5))).toBeNull();
    expect(partitions.give(LIMITS).map(({ offset }) => offset)).toEqual([0, 5]);
  });

  it('gives out what was fetched before a jump, because the gap begins after it', () => {
    const partitions = opened();
    partitions.take(message(0));
    partitions.take(message(1));
    partitions.skipTo(0, 9);
    expect(partitions.take(message(9))).toBeNull();
    expect(partitions.give(LIMITS).map(({ offset }) => offset)).toEqual([0, 1, 9]);
  });

  it('waits for nothing after a jump when nothing was given out', () => {
    const partitions = opened();
    partitions.skipTo(0, 9);
    expect(partitions.get(0)).toMatchObject({ given: 0, done: 0, expected: 9 });
  });

  it('gives out nothing before a partition is open, nor when it leaves', () => {
    const partitions = new Partitions();
    partitions.add(0, 0);
    partitions.take(message(0));
    expect(partitions.give(LIMITS)).toEqual([]);
    partitions.leave(0);
    expect(partitions.give(LIMITS)).toEqual([]);
    expect(partitions.bufferedBytes).toBe(0);
  });
});
