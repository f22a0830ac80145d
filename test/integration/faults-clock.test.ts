import { afterEach, beforeEach, expect, it } from 'vitest';

import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import type { RunningService } from '../../pipeline/app/running-service.js';
import { systemClock, type Clock } from '../../pipeline/core/clock.js';
import { never, openService } from '../support/in-process.js';
import { getJson, temporaryFolder, until } from '../support/service.js';

/** Fault 14 of the plan: the machine's clock jumps. Only what tells the time jumps; waiting does not. */
const HOUR_MS = 3_600_000;
const RULE = {
  id: 'instrument-negative-surge',
  minHistoryDays: 0,
  minDocuments: 3,
  threshold: 0.5,
  clearThreshold: 0.1,
  cooldownHours: 0,
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: RunningService;
let offsetMs = 0;
const clock: Clock = { ...systemClock, now: () => Date.now() + offsetMs };
const begun = Date.now() - 2 * HOUR_MS;

const open = () =>
  openService(folder.path, 'live', { alerts: { evaluateEverySeconds: 1, rules: [RULE] } }, clock);
beforeEach(async () => {
  offsetMs = 0;
  folder = await temporaryFolder();
  service = await open();
});
afterEach(async () => {
  await service.stop();
  await folder.remove();
});

const answer = async <T>(path: string): Promise<readonly T[]> => {
  const { data } = (await getJson(`${service.addresses.page ?? ''}/api/v1/${path}`)) as {
    data: readonly T[];
  };
  return data;
};
const range = () =>
  `from=${new Date(begun - 24 * HOUR_MS).toISOString()}&to=${new Date(begun + 48 * HOUR_MS).toISOString()}`;
const alerts = () => answer<{ id: string; series: { id: string }; state: string }>(`alerts?${range()}`);
const countOf = async (series: string) => {
  const rows = await answer<{ n: number; start: string }>(`series?series=${series}&frequency=1h&${range()}`);
  return rows.filter(({ n }) => n > 0).map(({ n, start }) => ({ n, start }));
};
const reconcile = () => service.operate(reconcileOperation, {}, never);
const hourOf = (time: number) => new Date(Math.floor(time / HOUR_MS) * HOUR_MS).toISOString();

async function post(documents: readonly object[]): Promise<void> {
  const response = await fetch(`${service.addresses.page ?? ''}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      documents.map((document) => ({
        source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
        publishedAt: new Date(begun).toISOString(),
        ...document,
      })),
    ),
  });
  expect(response.status).toBe(200);
}
const trouble = (name: string, words: string) =>
  Array.from({ length: 8 }, (_, n) => ({ nativeId: `${name}-${n}`, title: `${name}${words} (${n})` }));
const firing = (id: string) =>
  until(
    async () => {
      const found = (await alerts()).filter(({ series }) => series.id === id);
      return found.some(({ state }) => state === 'firing') ? found : null;
    },
    15_000,
    `an alert for ${id}`,
  );

it('an hour forth and two back: hours by event time, versions in order, detection goes on, and nothing fires twice', async () => {
  await post(trouble('Boeing', ' shares plunge after a fraud probe'));
  await firing('BA.XNYS');
  offsetMs = HOUR_MS;
  await post(trouble('比亚迪', '股价暴跌，遭立案调查'));
  await firing('002594.XSHE');
  offsetMs = -HOUR_MS;
  await post([
    { nativeId: 'Boeing-0', title: 'Boeing: there is no probe', action: 'replace' },
    { nativeId: 'Boeing-1', title: 'Boeing: taken back', action: 'retract' },
    ...trouble('Tesla', ' shares plunge after a fraud probe'),
  ]);
  await firing('TSLA.XNAS');
  expect(await reconcile()).toMatchObject({ stored: 26, difference: 0, rollUpDifferences: 0 });
  expect(await countOf('instrument:BA')).toEqual([{ n: 7, start: hourOf(begun) }]);
  expect(await countOf('instrument:TSLA')).toEqual([{ n: 8, start: hourOf(begun) }]);

  await service.stop();
  service = await open();
  await post([{ nativeId: 'Boeing-2', title: 'Boeing: this too', action: 'retract' }]);
  expect(await reconcile()).toMatchObject({ stored: 27, difference: 0, rollUpDifferences: 0 });
  expect(await countOf('instrument:BA')).toEqual([{ n: 6, start: hourOf(begun) }]);
  expect((await knownTimes()).every((time, index, all) => index === 0 || time >= (all[index - 1] ?? 0))).toBe(
    true,
  );
  const told = (await alerts()).map(({ series }) => series.id).sort();
  expect(told).toEqual(['BA.XNYS', 'TSLA.XNAS', '002594.XSHE'].sort());
}, 90_000);

/** When the log took each document, in its order. */
async function knownTimes(): Promise<readonly number[]> {
  const reader = await service.parts.log.openReader('documents.raw', 'checker');
  const messages = await reader.pull({ maxMessages: 1_000, maxBytes: 1e8, waitMs: 0 });
  await reader.close();
  expect(messages).toHaveLength(27);
  return messages.map(({ appendedAt }) => appendedAt);
}
