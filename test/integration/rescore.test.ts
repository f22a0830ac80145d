import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import { createHistoryCache } from '../../pipeline/app/history-cache.js';
import { rescoreOperation } from '../../pipeline/app/operations/rescore.js';
import { rescoreDocuments } from '../../pipeline/app/rescore.js';
import type { RunningService } from '../../pipeline/app/running-service.js';
import type { HistoryReader } from '../../pipeline/core/store.js';
import { never, openService } from '../support/in-process.js';
import { temporaryFolder } from '../support/service.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: RunningService;
beforeEach(async () => {
  folder = await temporaryFolder();
  service = await openService(folder.path, 'live', { alerts: { enabled: false } });
});
afterEach(async () => {
  await service.stop();
  await folder.remove();
});

const HOUR = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR;
const post = (id: string, text: string, action = 'add') => ({
  source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
  nativeId: id,
  action,
  title: text,
  publishedAt: new Date(NOW).toISOString(),
});
async function ingest(rows: readonly unknown[]): Promise<void> {
  const response = await fetch(`${String(service.addresses.page)}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows.map((row) => JSON.stringify(row)).join('\n'),
  });
  expect(response.status).toBeLessThan(300);
  expect(await reconcile()).toMatchObject({ difference: 0, rollUpDifferences: 0 });
}
const reconcile = () => service.operate(reconcileOperation, {}, never);
const rescore = (signal = never) =>
  service.operate(rescoreOperation, { model: 'lexicon', from: null, to: null }, signal);
const store = () => {
  if (service.parts.store === null) throw new Error('no store');
  return service.parts.store;
};
const list = (asOf: number | null) =>
  store().documents({
    series: 'market',
    topic: null,
    from: 0,
    to: NOW + HOUR,
    asOf,
    minRelevance: 0,
    order: 'newest',
    limit: 100,
    cursor: null,
  });
const series = (asOf: number | null, minRelevance = 0) =>
  store().series({
    series: ['market', 'AAPL.XNAS'],
    topic: null,
    frequency: '1h',
    from: NOW,
    to: NOW + HOUR,
    asOf,
    minRelevance,
  });

describe('a re-score', () => {
  it('changes what detection keeps in memory, at once', async () => {
    await ingest([
      post('1', 'Apple shares plunge as fraud probe widens 苹果股价暴跌'),
      post('2', 'Apple beats'),
    ]);
    const history = createHistoryCache(store());
    const ask = async (from: Pick<HistoryReader, 'hours'>) =>
      (await from.hours(['market'], NOW, NOW + HOUR)).get('market');
    const before = await ask(history);
    await rescoreDocuments(
      { model: 'lexicon', from: null, to: null },
      {
        ...service.options,
        parts: { ...service.parts, store: store() },
        flow: { lag: () => Promise.resolve({ understand: 0, monitor: 0 }) },
        touch: (windows) => {
          history.touch(windows);
        },
      },
      never,
    );
    expect(await ask(history)).not.toEqual(before);
    expect(await ask(history)).toEqual(await ask(store()));
  }, 60_000);

  it('stands beside the old scores: before it the old ones are answered, after it the new', async () => {
    await ingest([
      post('1', 'Apple shares plunge as fraud probe widens 苹果股价暴跌'),
      post('2', 'Apple profit beats every forecast'),
      post('3', '苹果公司业绩大增,股价创新高'),
      post('4', 'Apple withdraws this piece'),
    ]);
    await ingest([post('4', 'Apple withdraws this piece', 'retract')]);
    const before = Date.now();
    const answers = async () => JSON.stringify([await list(before), await series(before)]);
    const old = await answers();
    await new Promise((resolve) => setTimeout(resolve, 2));

    expect(await rescore()).toMatchObject({ model: { name: 'lexicon' }, rescored: 3, remaining: 0 });

    expect(await answers()).toBe(old);
    const now = await list(null);
    expect(now.items.map(({ model }) => model.name)).toEqual(['lexicon', 'lexicon', 'lexicon']);
    const first = now.items.find(({ title }) => title?.includes('plunge') === true);
    expect(Date.parse(first?.scoredAt ?? '')).toBeGreaterThan(before);
    expect(Date.parse(first?.knownAt ?? '')).toBeLessThanOrEqual(before);
    expect(JSON.stringify(await store().document(first?.id ?? '', before))).toContain('"name":"ngram"');
    expect(JSON.stringify(await store().document(first?.id ?? '', null))).toContain('"name":"lexicon"');
    // The roll-ups, the mentions and the listed scores tell the same.
    expect(await series(null)).toEqual(await series(Date.now() + 1));
    expect(await series(null)).not.toEqual(await series(before));
    const [market] = await series(null);
    const mean = now.items.reduce((sum, { sentiment }) => sum + sentiment.negative, 0) / 3;
    expect(market?.negative).toBeCloseTo(mean, 9);
    expect(await reconcile()).toMatchObject({ difference: 0, rollUpDifferences: 0 });
  }, 60_000);

  it('is done once, goes on after an interruption, and a later correction wins over it', async () => {
    await ingest(Array.from({ length: 40 }, (_, n) => post(`${n}`, `Apple falls, says note ${n}`)));
    const stopped = AbortSignal.abort();
    expect(await rescore(stopped)).toMatchObject({ rescored: 0, remaining: 40 });
    const candidates = vi.spyOn(store().rescore, 'candidates');
    expect(await rescore()).toMatchObject({ rescored: 40, remaining: 0 });
    // Each question looks at the whole range: one finds all, one that nothing is left.
    expect(candidates).toHaveBeenCalledTimes(2);
    const answer = JSON.stringify([await list(null), await series(null)]);
    expect(await rescore()).toMatchObject({ rescored: 0, remaining: 0 });
    expect(JSON.stringify([await list(null), await series(null)])).toBe(answer);

    await ingest([post('7', 'Apple rises after all', 'replace')]);
    const corrected = (await list(null)).items.filter(({ version }) => version === 2);
    expect(corrected.map(({ model }) => model.name)).toEqual(['ngram']);
    expect(await rescore()).toMatchObject({ rescored: 1, remaining: 0 });
    expect(await reconcile()).toMatchObject({ difference: 0, rollUpDifferences: 0 });
  }, 60_000);
});
