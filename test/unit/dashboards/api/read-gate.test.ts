import { expect, test } from 'vitest';

import { createReadGate } from '../../../../dashboards/api/read-gate.js';

test('a place is handed on when a read fails, in the order of asking', async () => {
  const gate = createReadGate({ maxRunning: 1, maxWaiting: 2 });
  const order: string[] = [];
  const read = (name: string, fail: boolean) =>
    gate(async () => {
      await Promise.resolve();
      order.push(name);
      if (fail) throw new Error(name);
    });
  const results = await Promise.allSettled([
    read('a', true),
    read('b', false),
    read('c', true),
    read('d', false),
  ]);
  expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled', 'rejected', 'rejected']);
  expect(order).toEqual(['a', 'b', 'c']);
  await expect(gate(() => Promise.resolve('free again'))).resolves.toBe('free again');
});
