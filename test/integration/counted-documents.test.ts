import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { DocumentVersion } from '../../pipeline/core/store.js';
import { openStore, type Store } from '../../pipeline/storage/open-store.js';
import {
  queryCountedDocuments,
  type CountedDocument,
  type CountedPlace,
} from '../../pipeline/storage/queries/counted-documents.js';
import type { SqlReader } from '../../pipeline/storage/sql-session.js';
import { BASE, batchOf, DAY, makeVersion, MINUTE, stillClock, touchedBy } from '../support/store.js';

const path = mkdtempSync(join(tmpdir(), 'bellwether-counted-'));
let store: Store;
let versions: readonly DocumentVersion[];
beforeAll(async () => {
  store = await openStore({ path, world: 'live', clock: stillClock });
  // Crowds at one moment, as of sources that know the day only, a steady stream, and a silence of weeks.
  const times = [
    ...Array.from({ length: 20 }, () => BASE),
    ...Array.from({ length: 40 }, (_, index) => BASE + index * 7 * MINUTE),
    ...Array.from({ length: 15 }, (_, index) => BASE + 20 * DAY + index),
  ];
  versions = times.map((at, index) =>
    makeVersion({ name: `counted ${index}`, at, offset: index + 1, series: ['market', `C${index % 7}.X`] }),
  );
  await store.write(batchOf(...versions));
  await store.rollUp(touchedBy(...versions));
});
afterAll(async () => {
  await store.close();
  await rm(path, { recursive: true, force: true });
});

it.each([1, 7, 20, 1_000])(
  'gives every document once, oldest first, in pages of %d',
  async (limit) => {
    const read: CountedDocument[] = [];
    let after: CountedPlace | null = null;
    do {
      const page: { documents: readonly CountedDocument[]; next: CountedPlace | null } =
        await store.countedDocuments({ from: BASE, to: BASE + 30 * DAY, after, limit });
      read.push(...page.documents);
      after = page.next;
    } while (after !== null);
    const expected = versions
      .map(({ scored: { document } }) => ({ at: document.publishedAt, id: document.id }))
      .sort((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1));
    expect(read.map(({ view }) => ({ at: view.publishedAt, id: view.id }))).toEqual(expected);
    const places = new Map(
      versions.map(({ scored, contributions }) => [
        scored.document.id,
        contributions.map(({ series }) => series).sort(),
      ]),
    );
    for (const one of read)
      expect(one.places.map(({ series }) => series).sort()).toEqual(places.get(one.view.id));
  },
  120_000,
);

it('looks for each page at about as much time as it gives, not at all that is left', async () => {
  const looked: number[] = [];
  // A document a minute for 200 days, each of which says nothing but when it was.
  const every = MINUTE;
  const end = BASE + 200 * DAY;
  const db: SqlReader = {
    query: <Row>(sql: string, params: Readonly<Record<string, unknown>> = {}) => {
      if (!sql.includes('AS opens')) return Promise.resolve([] as Row[]);
      const { from, end: until, limit } = params as Record<'from' | 'end' | 'limit', number>;
      looked.push(until - from);
      const first = Math.floor((from - BASE) / every) + (sql.includes('{after:String}') ? 1 : 0);
      const count = Math.min(limit, Math.floor((until - 1 - BASE) / every) - first + 1);
      const rows = Array.from({ length: Math.max(0, count) }, (_, index) => ({
        id: String(first + index).padStart(8, '0'),
        version: 1,
        at: BASE + (first + index) * every,
        opens: 1,
      }));
      return Promise.resolve(rows as Row[]);
    },
  };
  let pages = 0;
  let after: CountedPlace | null = null;
  do {
    const page: { next: CountedPlace | null } = await queryCountedDocuments(db, {
      ...{ from: BASE, to: end, after, limit: 500 },
    });
    pages += 1;
    after = page.next;
  } while (after !== null);
  expect(pages).toBeGreaterThan(500);
  expect(looked.reduce((sum, span) => sum + span, 0)).toBeLessThan(4 * (end - BASE));
  expect(looked.length).toBeLessThan(4 * pages);
});
