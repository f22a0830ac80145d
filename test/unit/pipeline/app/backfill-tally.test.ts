import { expect, it } from 'vitest';

import { createBackfillTally } from '../../../../pipeline/app/backfill-tally.js';
import type { FoundReceipt } from '../../../../pipeline/storage/version-reader.js';

it('counts each place once, when its receipt is there, and asks only for those on their way', async () => {
  const receipts = new Map<number, FoundReceipt>();
  const asked: number[][] = [];
  const tally = createBackfillTally((positions) => {
    asked.push(positions.map(({ offset }) => offset));
    return Promise.resolve(positions.flatMap(({ offset }) => receipts.get(offset) ?? []));
  });
  const book = (offset: number, outcome: FoundReceipt['outcome'], version: number) =>
    receipts.set(offset, { raw: { partition: 0, offset }, outcome, version });
  tally.appended([0, 1, 2, 3].map((offset) => ({ partition: 0, offset })));
  book(0, 'stored', 1);
  book(2, 'duplicate', 1);
  await tally.count();
  expect(tally.outcomes()).toMatchObject({ added: 1, duplicates: 1, replaced: 0, onTheirWay: 2 });
  tally.appended([{ partition: 0, offset: 4 }]);
  book(1, 'stored', 2);
  book(3, 'dead-letter', 0);
  book(4, 'erased', 0);
  await tally.count();
  await tally.count();
  expect(tally.outcomes()).toEqual({
    added: 1,
    duplicates: 1,
    replaced: 1,
    leftOut: 1,
    deadLettered: 1,
    onTheirWay: 0,
  });
  expect(asked).toEqual([[0, 1, 2, 3], [1, 3, 4], []]);
});
