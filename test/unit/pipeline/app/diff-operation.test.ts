import { expect, test } from 'vitest';

import { diffOperation, type DiffRequest } from '../../../../pipeline/app/operations/diff.js';
import type { OperationContext } from '../../../../pipeline/app/operations/operation.js';
import type { DiffQuery } from '../../../../pipeline/core/store.js';

const SETTLED = Date.parse('2026-03-02T10:00:00Z');
const NOW = SETTLED + 60_000;
const NOTHING = { counts: {}, changes: [], nextOffset: null, windows: [], windowsChanged: 0 };
const never = new AbortController().signal;

function run(times: Pick<DiffRequest, 'from' | 'to'>, world = 'live') {
  const asked: DiffQuery[] = [];
  const store = {
    readSettledUntil: () => Promise.resolve(SETTLED),
    diff: (query: DiffQuery) => {
      asked.push(query);
      return Promise.resolve(NOTHING);
    },
  };
  const context = { clock: { now: () => NOW }, parts: { world, store } } as unknown as OperationContext;
  const request = { series: 'market', frequency: '1d', limit: 50, offset: 0, ...times } as const;
  return { answer: diffOperation.run(request, context, never), asked };
}

test('without an end it compares with the newest time of which an answer never changes, and says which', async () => {
  const { answer, asked } = run({ from: SETTLED - 1_000, to: null });
  expect(await answer).toEqual({ ...NOTHING, from: SETTLED - 1_000, to: SETTLED });
  expect(asked).toMatchObject([{ from: SETTLED - 1_000, to: SETTLED }]);
});

test('a replayed world has nothing unsettled', async () => {
  expect(await run({ from: 0, to: null }, 'replay').answer).toMatchObject({ to: NOW });
  expect(await run({ from: 0, to: NOW + 1 }, 'replay').answer).toMatchObject({ to: NOW + 1 });
});

test('an end that is not settled and a start behind the end are refused with the time that would do', async () => {
  const code = 'as_of_not_settled';
  await expect(run({ from: 0, to: SETTLED + 1 }).answer).rejects.toMatchObject({ code });
  await expect(run({ from: SETTLED, to: null }).answer).rejects.toThrow(
    /earlier than 2026-03-02T10:00:00.000Z/,
  );
  await expect(run({ from: 2, to: 1 }).answer).rejects.toThrow('--from must be earlier than --to.');
});
