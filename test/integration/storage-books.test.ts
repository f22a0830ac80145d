import { afterAll, beforeAll, expect, it } from 'vitest';

import { openStore, type Store } from '../../pipeline/storage/open-store.js';
import { temporaryFolder } from '../support/service.js';
import { BASE, batchOf, hexId, makeVersion, stillClock } from '../support/store.js';
import type { VersionSpec } from '../support/store.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let offset = 0;
beforeAll(async () => {
  folder = await temporaryFolder();
  store = await openStore({ path: folder.path, world: 'live', clock: stillClock });
});
afterAll(async () => {
  await store.close();
  await folder.remove();
});
const version = (spec: Omit<VersionSpec, 'offset'>) => makeVersion({ ...spec, offset: (offset += 1) });

it('counts a message once that became a dead letter first and was stored or repeated all the same', async () => {
  const before = await store.counts();
  const stored = version({ name: 'given up', series: ['TWICE.X'] });
  const repeat = { partition: 0, offset: (offset += 1) };
  const letter = {
    reason: 'internal_error' as const,
    detail: 'It ended the process each time.',
    stage: 'understand' as const,
    originalBase64: '/w==',
    attempts: 8,
    at: new Date(BASE).toISOString(),
  };
  const places = [stored.raw, repeat];
  await store.write({
    versions: [],
    deadLetters: places.map((raw) => ({ raw, letter })),
    receipts: places.map((raw) => ({
      raw,
      documentId: '',
      version: 0,
      outcome: 'dead-letter',
      reason: null,
    })),
  });
  expect((await store.counts()).deadLettered - before.deadLettered).toBe(2);
  await store.write(batchOf(stored));
  const id = hexId('given up');
  const receipt = {
    raw: repeat,
    documentId: id,
    version: 1,
    outcome: 'duplicate' as const,
    reason: null,
  };
  await store.write({ versions: [], deadLetters: [], receipts: [receipt] });
  const after = await store.counts();
  expect(after.stored - before.stored).toBe(1);
  expect(after.duplicates - before.duplicates).toBe(1);
  expect(after.deadLettered).toBe(before.deadLettered);
  const all = { state: null, reason: null, source: null, after: null, limit: 10_000 };
  const listed = (await store.deadLetters.list(all)).map(({ raw }) => raw);
  for (const place of places) expect(listed).not.toContainEqual(place);
  expect(await store.deadLetters.read(stored.raw)).toBeNull();
});

it('counts what came of the messages before a place in the log, whatever came after', async () => {
  const before = await store.counts();
  const goal = [{ partition: 0, offset: offset + 1 }];
  await store.write(batchOf(version({ name: 'behind the goal', series: ['GOAL.X'] })));
  expect(await store.counts(goal)).toEqual(before);
  expect((await store.counts()).stored).toBe(before.stored + 1);
  expect((await store.counts([{ partition: 7, offset: 9 }])).stored).toBe(0);
});
