import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import { rescoreOperation } from '../../pipeline/app/operations/rescore.js';
import type { RunningService } from '../../pipeline/app/running-service.js';
import { never, openService } from '../support/in-process.js';
import { temporaryFolder } from '../support/service.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: RunningService | null = null;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await service?.stop();
  await folder.remove();
});

const HOUR = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR;
const HOME = 'Apple shares plunge as fraud probe widens';
const POEM =
  'She walked along the river at dusk, listening to the frogs, and thought of the summer her sister left.';
const RIVER = '傍晚我们沿着河边散步，听见青蛙在芦苇里叫，月亮慢慢爬上山坡。';

async function open(foreign: 'abstain' | 'off'): Promise<RunningService> {
  service = await openService(folder.path, 'live', { alerts: { enabled: false }, models: { foreign } });
  const rows = [HOME, POEM, RIVER].map((title, index) => ({
    source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
    nativeId: String(index),
    title,
    publishedAt: new Date(NOW).toISOString(),
  }));
  const response = await fetch(`${String(service.addresses.page)}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows.map((row) => JSON.stringify(row)).join('\n'),
  });
  expect(response.status).toBeLessThan(300);
  expect(await service.operate(reconcileOperation, {}, never)).toMatchObject({
    difference: 0,
    rollUpDifferences: 0,
  });
  return service;
}

interface Listed {
  readonly title: string;
  readonly flags: readonly string[];
  readonly foreignness: number;
  readonly sentiment: { readonly negative: number };
}

async function ask<T>({ addresses }: RunningService, path: string): Promise<readonly T[]> {
  const response = await fetch(`${String(addresses.page)}/api/v1/${path}`);
  return ((await response.json()) as { readonly data: readonly T[] }).data;
}

const documents = async (from: RunningService) => {
  const listed = await ask<Listed>(from, `documents?series=market&from=${new Date(NOW).toISOString()}`);
  return new Map(listed.map((each) => [each.title, each]));
};
const hour = async (from: RunningService) => {
  const range = `from=${new Date(NOW).toISOString()}&to=${new Date(NOW + HOUR).toISOString()}`;
  return (await ask<{ n: number; negative: number }>(from, `series?series=market&frequency=1h&${range}`))[0];
};

describe('documents that are not about finance', () => {
  it('abstain: they stand in the list with their scores, and in no mean, also after a re-score', async () => {
    const running = await open('abstain');
    const before = await documents(running);
    const negative = before.get(HOME)?.sentiment.negative;
    expect(before.get(HOME)).toMatchObject({ flags: [] });
    expect(before.get(HOME)?.foreignness).toBeLessThan(0.5);
    for (const title of [POEM, RIVER]) {
      expect(before.get(title)).toMatchObject({ flags: ['foreign', 'unclassified'] });
      expect(before.get(title)?.foreignness).toBeGreaterThan(0.5);
    }
    const window = await hour(running);
    expect(window?.n).toBe(3);
    expect(window?.negative).toBeCloseTo(negative ?? 0, 6);

    const other = { model: 'lexicon', from: null, to: null } as const;
    expect(await running.operate(rescoreOperation, other, never)).toMatchObject({ rescored: 3 });
    const after = await documents(running);
    expect(after.get(POEM)).toMatchObject({
      flags: expect.arrayContaining(['foreign', 'unclassified']) as string[],
      foreignness: before.get(POEM)?.foreignness,
      model: { name: 'lexicon' },
    });
    expect((await hour(running))?.negative).toBeCloseTo(after.get(HOME)?.sentiment.negative ?? 0, 6);
  }, 60_000);

  it('count like all others where models.foreign is off, with their figure beside them', async () => {
    const running = await open('off');
    const listed = [...(await documents(running)).values()];
    expect(listed.map(({ flags }) => flags)).toEqual([[], [], []]);
    expect(listed.every(({ foreignness }) => foreignness > 0)).toBe(true);
    const mean = listed.reduce((sum, { sentiment }) => sum + sentiment.negative, 0) / 3;
    expect((await hour(running))?.negative).toBeCloseTo(mean, 6);
  }, 60_000);
});
