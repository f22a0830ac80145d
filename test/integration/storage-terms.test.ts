import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { UnavailableError } from '../../pipeline/core/errors.js';
import { Generations } from '../../pipeline/storage/generations.js';
import { openStore, type Store } from '../../pipeline/storage/open-store.js';
import { RowRemover } from '../../pipeline/storage/remove-rows.js';
import { createRetentionStore, WindowLimits } from '../../pipeline/storage/retention.js';
import { openSqlSession, WRITER_SETTINGS, type SqlSession } from '../../pipeline/storage/sql-session.js';
import { StoreState } from '../../pipeline/storage/state.js';
import { temporaryFolder } from '../support/service.js';
import { BASE, DAY, stillClock, versionWriter } from '../support/store.js';

const AUTHOR = 'u_0123456789abcdef0123';
const TERM_ENDED = { code: 'not_the_active_monitor' };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
beforeAll(async () => {
  folder = await temporaryFolder();
  store = await openStore({ path: folder.path, world: 'live', clock: stillClock });
});
afterAll(async () => {
  await store.close();
  await folder.remove();
});

const { put } = versionWriter(() => store);

describe('a term that ends', () => {
  it('takes an erasure no further, which the next term finishes', async () => {
    await put({ name: 'hers', author: AUTHOR });
    await put({ name: 'his' });
    const erasures = await store.erasure.begin([{ kind: 'author', source: 'wire', pseudonym: AUTHOR }], BASE);
    await store.erasure.collect(erasures);
    const windows = await store.erasure.windows(0, 100);
    store.standDown();
    await expect(store.erasure.removeDocuments(erasures)).rejects.toMatchObject(TERM_ENDED);
    await expect(store.erasure.removeLetters([{ partition: 0, offset: 1 }])).rejects.toMatchObject(
      TERM_ENDED,
    );
    await expect(store.erasure.replaceEvents([])).rejects.toMatchObject(TERM_ENDED);
    await expect(store.erasure.end(erasures, {}, BASE)).rejects.toMatchObject(TERM_ENDED);
    await store.takeOver();
    expect(await store.erasure.running()).toEqual(erasures);
    expect(await store.erasure.windows(0, 100)).toEqual(windows);
    expect((await store.counts()).erased).toBe(0);

    await store.erasure.removeDocuments(erasures);
    const recomputing = store.erasure.recompute(windows);
    store.standDown();
    await expect(recomputing).rejects.toMatchObject(TERM_ENDED);
    await store.takeOver();
    await store.erasure.recompute(windows);
    await store.erasure.end(erasures, {}, BASE);
    expect(await store.erasure.running()).toEqual([]);
    expect(await store.counts()).toMatchObject({ erased: 1, rollUpDifferences: 0 });
  });

  it('deletes nothing by age any more', async () => {
    const before = BASE - 30 * DAY;
    await put({ name: 'old', at: BASE - 40 * DAY });
    store.standDown();
    await expect(store.retention.raiseCut('news', before)).rejects.toMatchObject(TERM_ENDED);
    await expect(store.retention.expireDocuments('news', before)).rejects.toMatchObject(TERM_ENDED);
    await expect(store.retention.expireMinutes(before)).rejects.toMatchObject(TERM_ENDED);
    await expect(store.retention.expireLetters(before, BASE)).rejects.toMatchObject(TERM_ENDED);
    await expect(store.retention.removeAlerts(['a'])).rejects.toMatchObject(TERM_ENDED);
    await store.takeOver();
    expect(await store.retention.cuts()).toEqual({});
    expect(await store.counts()).toMatchObject({ expired: 0, rollUpDifferences: 0 });
    expect(await store.retention.expireDocuments('news', before)).toBe(1);
    expect(await store.counts()).toMatchObject({ expired: 1, rollUpDifferences: 0 });
  });

  it('counts as ended also when the same process takes over again before the work is done', async () => {
    const session = await openSqlSession(folder.path, WRITER_SETTINGS);
    const generations = new Generations(session);
    await generations.takeOver();
    await expect(generations.within(() => generations.takeOver())).rejects.toMatchObject(TERM_ENDED);
    expect(await generations.within(() => Promise.resolve('done'))).toBe('done');
    await session.close();
    await store.takeOver();
  });
});

it('closes windows before it marks what goes from them: a kill in between leaves nothing to be removed from open ones', async () => {
  const at = BASE - 20 * DAY;
  await put({ name: 'older', at });
  const session = await openSqlSession(folder.path, WRITER_SETTINGS);
  const killed: SqlSession = {
    ...session,
    insert: () => Promise.reject(new UnavailableError('store_unavailable', 'Killed.', { retriable: true })),
  };
  const generations = new Generations(session);
  await generations.takeOver();
  const state = new StoreState(killed, generations);
  const limits = new WindowLimits(state);
  const rows = new RowRemover(session, stillClock);
  const retention = createRetentionStore(session, { rows, state, limits, generations });
  await expect(retention.expireDocuments('news', BASE - 10 * DAY)).rejects.toThrow('Killed.');
  await session.close();
  await store.takeOver();
  // What was marked would be removed by whatever looks next.
  expect(await store.retention.expireDocuments('news', at - DAY)).toBe(0);
  expect(await store.counts()).toMatchObject({ expired: 1, rollUpDifferences: 0 });
});
