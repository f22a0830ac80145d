import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { DocumentVersion } from '../../pipeline/core/store.js';
import { openStore, type Store } from '../../pipeline/storage/open-store.js';
import { BASE, batchOf, DAY, HOUR, makeVersion, stillClock, touchedBy } from '../support/store.js';

const path = mkdtempSync(join(tmpdir(), 'bellwether-diff-'));
let store: Store;
beforeAll(async () => {
  store = await openStore({ path, world: 'live', clock: { ...stillClock, now: () => T1 + 20 } });
});
afterAll(async () => {
  await store.close();
  await rm(path, { recursive: true, force: true });
});

async function put(version: DocumentVersion): Promise<void> {
  await store.write(batchOf(version));
  await store.rollUp(touchedBy(version));
}
const T1 = BASE + HOUR;
const T2 = BASE + 2 * HOUR;
const ask = (limit = 50, offset = 0, series = 'market') =>
  store.diff({ series, frequency: '1h', from: T1, to: T2, limit, offset });

it('tells what became known and why, with its effect on the windows, and the answer never changes', async () => {
  const at = BASE;
  const spec = { at, negative: 0.25 };
  for (const [index, name] of ['stays', 'corrected', 'retracted', 'rescored'].entries())
    await put(makeVersion({ ...spec, name, offset: index + 1, knownAt: BASE + 1 }));
  const corrected = { ...spec, name: 'corrected', negative: 1, version: 2 };
  await put(makeVersion({ ...corrected, offset: 5, knownAt: T1 + 1 }));
  const withdrawn = ['market', 'ACME.XNAS'].map((series) => ({
    series,
    publishedAt: new Date(at).toISOString(),
  }));
  await put(
    makeVersion({
      ...spec,
      name: 'retracted',
      action: 'retract',
      series: [],
      withdrawn,
      version: 2,
      offset: 6,
      knownAt: T1 + 2,
    }),
  );
  await put(makeVersion({ name: 'late 迟到', at: BASE - 20 * HOUR, offset: 7, knownAt: T1 + 3 }));
  // What the model could not judge has no polarity, here as little as in the series.
  const flags = ['unclassified'];
  await put(makeVersion({ name: 'new', at: T1 + 10, offset: 8, knownAt: T1 + 11, flags }));
  const old = makeVersion({ ...spec, name: 'rescored', offset: 4 });
  const rescore = {
    version: 1,
    scored: { ...old.scored, model: { name: 'other', version: '2', sha256: 'cd'.repeat(32) } },
    contributions: old.contributions.map((each) => ({ ...each, negative: 0, neutral: 0, positive: 1 })),
  };
  await store.rescore.write([rescore]);

  const diff = await ask();
  expect(diff.counts).toEqual({ new: 1, late: 1, correction: 1, retraction: 1, rescore: 1 });
  expect(diff.changes.map(({ kind }) => kind)).toEqual([
    'correction',
    'retraction',
    'late',
    'new',
    'rescore',
  ]);
  expect(diff.changes[0]).toMatchObject({
    before: { version: 1, polarity: 0.3125 },
    after: { version: 2, polarity: -1 },
  });
  expect(diff.changes[1]).toMatchObject({
    before: { version: 1 },
    after: { version: 2, polarity: null },
    title: 'Title of retracted',
  });
  expect(diff.changes[2]).toMatchObject({ title: 'Title of late 迟到', before: null });
  expect(diff.changes[4]).toMatchObject({ before: { model: 'ngram 1.0.0' }, after: { model: 'other 2' } });
  expect(diff.changes[3]).toMatchObject({ after: { polarity: null } });
  expect(diff.windowsChanged).toBe(3);
  expect(
    diff.windows.map(({ documentsBefore, documentsAfter }) => [documentsBefore, documentsAfter]),
  ).toEqual([
    [0, 1],
    [4, 3],
    [0, 1],
  ]);

  const pages = [await ask(2), await ask(2, 2), await ask(2, 4)];
  expect(pages.flatMap(({ changes }) => changes)).toEqual(diff.changes);
  expect(pages.map(({ nextOffset }) => nextOffset)).toEqual([2, 4, null]);
  expect((await ask(50, 0, 'NOBODY.X')).changes).toEqual([]);

  await put(makeVersion({ ...corrected, offset: 9, version: 3, knownAt: T2 + 1 }));
  await put(makeVersion({ name: 'too late', at: BASE - DAY, offset: 10, knownAt: T2 + 2 }));
  expect(await ask()).toEqual(diff);
  expect(await store.counts()).toMatchObject({ rollUpDifferences: 0 });
}, 60_000);
