import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { systemClock } from '../../pipeline/core/clock.js';
import { migrate, MIGRATIONS } from '../../pipeline/storage/migrate.js';
import { openStore, type Store } from '../../pipeline/storage/open-store.js';
import { openSqlSession, WRITER_SETTINGS } from '../../pipeline/storage/sql-session.js';
import { temporaryFolder } from '../support/service.js';
import {
  BASE,
  batchOf,
  DAY,
  hexId,
  HOUR,
  makeEvent,
  makeVersion,
  MINUTE,
  touchedBy,
} from '../support/store.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let now = BASE;
const open = () => openStore({ path: folder.path, world: 'live', clock: { ...systemClock, now: () => now } });
beforeAll(async () => {
  folder = await temporaryFolder();
  await leaveOldEvent(folder.path);
  store = await open();
});
afterAll(async () => {
  await store.close();
  await folder.remove();
});

const OLD = makeEvent({ id: 'old', sequence: 1, type: 'firing', state: 'firing', series: 'OLD.X' });

/** A folder as the release before this one leaves it. */
async function leaveOldEvent(path: string): Promise<void> {
  const session = await openSqlSession(path, WRITER_SETTINGS);
  await migrate(
    session,
    BASE,
    MIGRATIONS.filter(({ version }) => version < 9),
  );
  await session.insert('alert_events', [
    {
      alert_id: 'old',
      sequence: 1,
      type: 'firing',
      at: Date.parse(OLD.at),
      series: 'OLD.X',
      rule_id: 'negative-surge',
      state: 'firing',
      started_at: BASE,
      resolved_at: null,
      event: JSON.stringify(OLD),
    },
  ]);
  await session.close();
}

const ALERT_STEPS = [
  { type: 'pending', state: 'pending' },
  { type: 'firing', state: 'firing' },
  { type: 'mailed', state: 'firing' },
  { type: 'resolved', state: 'resolved' },
  { type: 'mailed', state: 'resolved' },
] as const;

it('never changes what it has answered about alerts as of a time, however late their events are stored', async () => {
  let run = 0;
  const step = fc.record({
    what: fc.constantFrom('append', 'append', 'repeat', 'ask'),
    waitMs: fc.integer({ min: 1, max: 60_000 }),
    lateMs: fc.integer({ min: 0, max: HOUR }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 20 }), async (steps) => {
      const id = `property ${(run += 1)}`;
      const series = `P${run}.X`;
      const answer = async (asOf: number) =>
        JSON.stringify([
          await store.alerts({ from: 0, to: BASE + 400 * DAY, series, limit: 10, asOf }),
          await store.alert(id, asOf),
        ]);
      const answers: { readonly asOf: number; readonly said: string }[] = [];
      let sequence = 0;
      for (const { what, waitMs, lateMs } of steps) {
        now += waitMs;
        if (what === 'ask') {
          const asOf = now;
          answers.push({ asOf, said: await answer(asOf) });
          continue;
        }
        const next = what === 'append' ? sequence : sequence - 1;
        const spec = ALERT_STEPS[next];
        if (spec === undefined) continue;
        const event = makeEvent({ ...spec, id, sequence: next, series });
        // As it is evaluated, and again after a crash: with the time at which the evaluation began.
        await store.appendEvents([{ ...event, at: new Date(now - lateMs).toISOString() }]);
        sequence = next + 1;
      }
      for (const { asOf, said } of answers) expect(await answer(asOf)).toBe(said);
    }),
    { numRuns: 15 },
  );
}, 60_000);

it('knows a re-score from the moment it is written on, however long it waited for its turn', async () => {
  const rescored = makeVersion({
    name: 'busy',
    offset: 1,
    series: ['BUSY.X'],
    negative: 0.25,
    knownAt: BASE,
  });
  await store.write(batchOf(rescored));
  await store.rollUp(touchedBy(rescored));
  const asked = (now += MINUTE);
  const view = (asOf: number) => store.document(hexId('busy'), asOf);
  const series = (asOf: number) =>
    store.series({
      series: ['BUSY.X'],
      topic: null,
      frequency: '1h',
      from: BASE,
      to: BASE + HOUR,
      asOf,
      minRelevance: 0,
    });
  const busy = store.write(batchOf(makeVersion({ name: 'other', offset: 2, series: ['OTHER.X'] })));
  const writing = store.rescore.write([
    {
      version: 1,
      scored: { ...rescored.scored, model: { name: 'other', version: '2', sha256: 'cd'.repeat(32) } },
      contributions: rescored.contributions.map((each) => ({
        ...each,
        negative: 1,
        neutral: 0,
        positive: 0,
      })),
    },
  ]);
  // The write before it is on its way; meanwhile somebody is answered.
  const begun = (now += 10 * MINUTE);
  expect(store.openSince()).toBeNull();
  const before = [await view(asked + MINUTE), await series(asked + MINUTE)];
  await Promise.all([busy, writing]);
  expect(store.openSince()).toBeNull();
  expect([await view(asked + MINUTE), await series(asked + MINUTE)]).toEqual(before);
  expect((await view(begun))?.model.name).toBe('other');
  expect((await series(begun))[0]?.negative).toBe(1);
  expect((await view(begun - 1))?.model.name).toBe('ngram');
  expect((await series(begun - 1))[0]?.negative).toBe(0.25);
});

it('says since when a write is on its way, until it has ended, whether well or not', async () => {
  const writing = store.appendEvents([
    makeEvent({ id: 'w', sequence: 0, type: 'pending', state: 'pending' }),
  ]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(store.openSince()).toBe(now);
  await writing;
  expect(store.openSince()).toBeNull();
});

it('does not let a re-score, a mark or an alert event of a term that has ended through', async () => {
  const version = makeVersion({ name: 'ended', offset: 3, series: ['ENDED.X'] });
  await store.write(batchOf(version));
  await store.rollUp(touchedBy(version));
  const rescore = { version: 1, scored: version.scored, contributions: version.contributions };
  const mark = {
    raw: version.raw,
    state: 'waiting',
    attempts: 2,
    detail: '',
    at: now,
    wentTo: null,
  } as const;
  const event = makeEvent({ id: 'ended', sequence: 0, type: 'firing', state: 'firing' });
  store.standDown();
  await expect(store.appendEvents([event])).rejects.toMatchObject({ code: 'not_the_active_monitor' });
  await expect(store.rescore.write([rescore])).rejects.toMatchObject({ code: 'not_the_active_monitor' });
  await expect(store.deadLetters.mark(mark)).rejects.toMatchObject({ code: 'not_the_active_monitor' });
  await store.takeOver();
  expect(await store.alert('ended')).toBeNull();
  await store.deadLetters.mark(mark);
  expect((await store.counts()).rollUpDifferences).toBe(0);
});

it('takes the time of the event for what an older release has stored', async () => {
  const at = Date.parse(OLD.at);
  expect(await store.alert('old', at - 1)).toBeNull();
  expect((await store.alert('old', at))?.events).toEqual([OLD]);
});
