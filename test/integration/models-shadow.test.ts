import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startChallenger } from '../../pipeline/app/model-life/challenger-process.js';
import type { ShadowReport } from '../../pipeline/app/operations/shadow.js';
import { eraseOperation } from '../../pipeline/app/operations/erase.js';
import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import { shadowOperation } from '../../pipeline/app/operations/shadow.js';
import { ENCODER_SETTINGS } from '../support/encoder.js';
import { never, openService } from '../support/in-process.js';
import { runCommand, startBellwether, temporaryFolder } from '../support/service.js';

const ENTRY = fileURLToPath(
  new URL('../../dist/pipeline/app/model-life/challenger-process-main.js', import.meta.url),
);
const TEXTS = [
  'Apple shares plunge as fraud probe widens',
  'Apple holds its annual meeting on Tuesday',
  'Apple profit beats every forecast',
  '苹果公司业绩大增,股价创新高',
  '苹果公司公布股东大会日期',
  '苹果股价暴跌,被立案调查',
];
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const posts = (count: number, author: string | null = null) =>
  Array.from({ length: count }, (_, at) => ({
    source: { id: 'desk', kind: 'social', name: 'Desk' },
    nativeId: `${author ?? 'nobody'}-${at}`,
    title: `${TEXTS[at % TEXTS.length] ?? ''} ${at}`,
    publishedAt: new Date(Date.now() - 3_600_000).toISOString(),
    ...(author === null ? {} : { author: { id: author } }),
  }));
async function push(page: string | null, rows: readonly unknown[]): Promise<readonly string[]> {
  const response = await fetch(`${String(page)}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rows),
  });
  expect(response.status).toBeLessThan(300);
  const { items } = (await response.json()) as { items: { id: string }[] };
  return items.map(({ id }) => id);
}

describe('a challenger', () => {
  it('reads beside a running service, in a process that may die, and is told about', async () => {
    const data = join(folder.path, 'live');
    const config = join(folder.path, 'desk.yaml');
    await writeFile(
      config,
      'sources: []\nmodels: { challenger: lexicon, challengerShare: 1 }\nalerts: { enabled: false }\n',
    );
    const service = await startBellwether(['--data', data, '--config', config]);
    const shadowed = async () => {
      const done = await runCommand(['models', 'shadow', '--data', data, '--config', config, '--json']);
      return JSON.parse(done.out) as ShadowReport | null;
    };
    await untilChallenger(service.process.pid);
    // What comes before it has loaded its model it does not read.
    let report: ShadowReport | null = null;
    for (let batch = 0; (report?.pair.documents ?? 0) < 12 && batch < 60; batch += 1) {
      await push(service.page, posts(6, `author ${batch}`));
      report = await shadowed();
    }
    expect(report?.pair.challenger).toContain('lexicon');
    expect(report?.pair.champion).toContain('ngram');
    expect(report?.slices.map(({ slice, value }) => `${slice} ${value}`)).toEqual(
      expect.arrayContaining(['all all', 'language en', 'language zh', 'kind social']),
    );
    const words = await runCommand(['models', 'shadow', '--data', data, '--config', config]);
    expect(words.out).toMatch(/ngram \S+ → lexicon \S+: \d+ documents read by both/);
    expect(await service.stop()).toBe(0);
    expect(await challengerOf(service.process.pid)).toBeNull();
  }, 180_000);

  it('leaves nothing of a document that is erased or was never stored', async () => {
    const data = join(folder.path, 'erased');
    const key = join(folder.path, 'author-key');
    await writeFile(key, 'a key of the test, long enough');
    const service = await openService(data, 'live', { privacy: { authorKey: { file: key } } });
    const { store } = service.parts;
    if (store === null) throw new Error('no store');
    const ids = [
      ...(await push(service.addresses.page, posts(4, 'ann'))),
      ...(await push(service.addresses.page, posts(2, 'bo'))),
    ];
    await service.operate(reconcileOperation, {}, never);
    const answer = { label: 'neutral', negative: 0.25, confidence: 0.5 } as const;
    const scores = [...ids, 'f'.repeat(32)].map((documentId) => ({
      ...{ challenger: 'lexicon 1', champion: 'ngram 1', documentId, version: 1, readAt: Date.now() },
      ...{ language: 'en', kind: 'social', topic: 'other', before: answer },
      after: { ...answer, label: 'negative' as const, negative: 0.7 },
    }));
    await store.shadow.add(scores);
    // A write that is repeated changes nothing.
    await store.shadow.add(scores);
    const ask = () =>
      service.operate(shadowOperation, { challenger: 'lexicon', days: 30, examples: 50 }, never);
    expect(await ask()).toMatchObject({
      pair: { documents: 6, confidence: { before: 0.5 } },
      slices: [{ slice: 'all', documents: 6, directions: { 'neutral→negative': 6 } }, {}, {}, {}],
    });
    const request = { author: 'ann', pseudonym: null, source: null, mode: 'erase' } as const;
    await service.operate(eraseOperation, request, never);
    const left = await ask();
    expect(left?.examples.map(({ documentId }) => documentId).sort()).toEqual(ids.slice(4).sort());
    await service.stop();
  }, 120_000);

  it('that crashes is begun anew, and one that cannot be loaded says why', async () => {
    const models = { sentiment: 'lexicon', directory: null, encoder: ENCODER_SETTINGS };
    const challenger = await startChallenger(models, { entry: ENTRY });
    const inputs = [{ text: 'Apple shares plunge as fraud probe widens', language: 'en' }];
    const [answer] = await challenger.classify(inputs);
    expect(answer?.sentiment.label).toBe('negative');
    const pid = await untilChallenger(process.pid);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => challengerOf(process.pid), { timeout: 20_000 }).toBeNull();
    await expect(challenger.classify(inputs)).rejects.toMatchObject({ code: 'challenger_gone' });
    expect(await challenger.classify(inputs)).toEqual([answer]);
    await challenger.close();
    expect(await challengerOf(process.pid)).toBeNull();
    const missing = { ...models, sentiment: 'ngram', directory: join(folder.path, 'nowhere') };
    await expect(startChallenger(missing, { entry: ENTRY })).rejects.toThrow(/Not in this package/);
  }, 60_000);
});

async function untilChallenger(parent: number | undefined): Promise<number> {
  await expect.poll(() => challengerOf(parent), { timeout: 30_000 }).not.toBeNull();
  return (await challengerOf(parent)) ?? 0;
}

/** The process of a challenger below another process, from Linux's list. */
async function challengerOf(parent: number | undefined): Promise<number | null> {
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const [line, status] = await Promise.all(
      ['cmdline', 'status'].map((file) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '')),
    );
    if (line?.includes('challenger-process-main') !== true) continue;
    if (new RegExp(`^PPid:\\s+${String(parent)}$`, 'm').test(status ?? '')) return Number(name);
  }
  return null;
}
