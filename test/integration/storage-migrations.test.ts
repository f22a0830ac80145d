import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openInstallationStore } from '../../pipeline/app/open-installation-store.js';
import { systemClock, type Clock } from '../../pipeline/core/clock.js';
import { MIGRATIONS, migrateServer, type Migration } from '../../pipeline/storage/migrate.js';
import { openStore } from '../../pipeline/storage/open-store.js';
import { openServerSession } from '../../pipeline/storage/server/server-session.js';
import { WRITER_SETTINGS, type SqlSession } from '../../pipeline/storage/sql-session.js';
import { createLogger, silentLogger, type Logger } from '../../pipeline/telemetry/logger.js';
import { bundleChild } from '../support/bundle-child.js';
import { startClickHouseFacade, type ClickHouseFacade } from '../support/clickhouse-facade.js';
import { startKilledChild } from '../support/killed-child.js';
import { until } from '../support/service.js';
import { BASE } from '../support/store.js';

const path = mkdtempSync(join(tmpdir(), 'bellwether-migrations-'));
let facade: ClickHouseFacade;
beforeAll(async () => {
  facade = await startClickHouseFacade(path);
});
afterAll(async () => {
  await facade.stop();
  await rm(path, { recursive: true, force: true });
});

const serverOf = (database: string) => ({ ...facade.server, database });
const openMonitor = (database: string, logger: Logger = silentLogger) =>
  openInstallationStore({
    config: { clickhouse: { ...serverOf(database), listen: { enabled: false } } } as never,
    folder: { store: path },
    world: 'live',
    roles: new Set(['monitor'] as const),
    clock: systemClock,
    logger,
  });
/** Time passes when somebody waits, and this happens meanwhile. */
const clockWith = (meanwhile: () => Promise<unknown> = () => Promise.resolve()): Clock => ({
  now: () => BASE,
  monotonic: () => 0,
  sleep: async () => {
    await meanwhile();
  },
});
const namesOf = (migrations: readonly Migration[]) => migrations.map(({ name }) => name);

/** A database with the whole schema, a connection to it, and a step that is still to be taken. */
async function settled(database: string) {
  const server = serverOf(database);
  const store = await openStore({ server, world: 'live', clock: clockWith() });
  await store.takeOver();
  const db = await openServerSession(server, WRITER_SETTINGS);
  const next: Migration = {
    version: 9_999,
    name: '9999-next',
    statements: ['CREATE TABLE IF NOT EXISTS next_one (n UInt8) ENGINE = MergeTree ORDER BY n', 'SELECT 1'],
  };
  const migrations = [...MIGRATIONS, next];
  const migrateWith = (clock: Clock, session: SqlSession = db) =>
    migrateServer(session, { clock, cluster: null, migrations });
  const made = async () =>
    (await db.query("SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = 'next_one'"))
      .length;
  const close = async () => {
    await db.close();
    await store.close();
  };
  return { store, db, migrateWith, made, close };
}

it('takes every step once when several monitors open a new store at the same moment', async () => {
  const stores = await Promise.all([1, 2, 3].map(() => openMonitor('fresh')));
  const taken = stores.map((store) => store?.migrations ?? []);
  expect(taken.filter((names) => names.length > 0)).toEqual([namesOf(MIGRATIONS)]);
  for (const store of stores) await store?.close();
}, 120_000);

it('changes no schema beneath a monitor that works on it, and does when that one is gone', async () => {
  const { store, migrateWith, made, close } = await settled('serving');
  let time = BASE;
  await expect(migrateWith(clockWith(() => store.writeSettledUntil((time += 1))))).rejects.toMatchObject({
    code: 'schema_in_use',
    retriable: true,
    message: expect.stringContaining('Stop it') as string,
  });
  expect(await made()).toBe(0);
  expect(await migrateWith(clockWith())).toEqual(['9999-next']);
  await close();
}, 120_000);

it('waits for another that is at it, and takes over from one that was killed', async () => {
  const { db, migrateWith, made, close } = await settled('killed');
  await db.command(
    "CREATE TABLE schema_lock_7 (beat DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY beat COMMENT 'other'",
  );
  const beat = () => db.command('INSERT INTO schema_lock_7 VALUES (now())');
  await expect(migrateWith(clockWith(beat))).rejects.toMatchObject({ code: 'schema_busy', retriable: true });
  expect(await made()).toBe(0);
  expect(await migrateWith(clockWith())).toEqual(['9999-next']);
  expect(
    await db.query(
      "SELECT name, comment FROM system.tables WHERE database = currentDatabase() AND name LIKE 'schema\\_lock%'",
    ),
  ).toEqual([{ name: 'schema_lock_8', comment: 'released' }]);
  await close();
}, 120_000);

it('takes no further statement when it was taken for dead and another has begun', async () => {
  const { db, migrateWith, made, close } = await settled('frozen');
  const frozen: SqlSession = {
    ...db,
    command: async (sql) => {
      await db.command(sql);
      if (sql.includes('next_one'))
        await db.command(
          "CREATE TABLE schema_lock_99 (beat DateTime) ENGINE = MergeTree ORDER BY beat COMMENT 'other'",
        );
      if (sql === 'SELECT 1') throw new Error('A statement after the end.');
    },
  };
  await expect(migrateWith(clockWith(), frozen)).rejects.toMatchObject({ code: 'schema_busy' });
  expect(await made()).toBe(1);
  await close();
}, 120_000);

/** What the tables of a database are made of, without the lock's. */
const shapeOf = (db: SqlSession) =>
  db.query(
    `SELECT name, replaceAll(create_table_query, concat(currentDatabase(), '.'), '') AS made FROM system.tables
     WHERE database = currentDatabase() AND NOT startsWith(name, 'schema_lock_') ORDER BY name`,
  );
const locksOf = (db: SqlSession) =>
  db.query<{ name: string; comment: string }>(
    "SELECT name, comment FROM system.tables WHERE database = currentDatabase() AND startsWith(name, 'schema_lock_')",
  );
/** Repeats are not merged away: a step that was recorded twice has two rows. */
const stepsOf = async (db: SqlSession) =>
  (await db.query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY version')).map(
    ({ name }) => name,
  );
/** A monitor that opens the store in earnest, and whether its log says already that another is at it. */
function waitingMonitor(database: string) {
  let log = '';
  const write = (line: string) => (log += line);
  const opened = openMonitor(database, createLogger({ level: 'info', destination: { write } }));
  return { opened, saysBusy: () => log.includes('schema_busy') };
}

describe.each([
  // Ten seconds without a row and three between two attempts; the rest is for a busy machine.
  { what: 'a new store', database: 'killed_new', before: 0, step: 1, statement: 2, withinSeconds: 25 },
  // Before that, ten seconds in which no monitor of the earlier release is heard.
  { what: 'an older store', database: 'killed_old', before: 6, step: 8, statement: 4, withinSeconds: 35 },
])('a holder that is killed in the middle of $what', (given) => {
  const { database, before, step, statement, withinSeconds } = given;

  it('is waited for while it lives and followed by one when it is dead, which makes the schema whole', async () => {
    const script = await bundleChild(join(import.meta.dirname, '..', 'support', 'schema-child-main.ts'));
    const db = await openServerSession(serverOf(database), WRITER_SETTINGS);
    const earlier = MIGRATIONS.filter(({ version }) => version <= before);
    if (before > 0) {
      await migrateServer(db, { clock: clockWith(), cluster: null, migrations: earlier });
      const row =
        "'market', toDateTime64('2026-03-02 10:00:00', 3, 'UTC') + number, toString(number), 1, 1, 1";
      await db.command(
        `INSERT INTO mentions (series, event_time, doc_id, version, valid, weight) SELECT ${row} FROM numbers(7)`,
      );
    }
    const holder = startKilledChild(script, [facade.server.url, database, String(step), String(statement)]);
    await holder.until((lines) => lines.includes('holding'));
    const done = MIGRATIONS.filter(({ version }) => version < step);
    const monitors = [1, 2].map(() => waitingMonitor(database));
    await until(
      () => Promise.resolve(monitors.every(({ saysBusy }) => saysBusy()) ? true : null),
      60_000,
      'two that wait',
    );
    expect(await stepsOf(db)).toEqual(namesOf(done));
    const [lock, ...others] = await locksOf(db);
    expect(others).toEqual([]);

    await holder.kill();
    const follower = await until(
      async () => (await locksOf(db)).find(({ comment }) => comment !== lock?.comment) ?? null,
      withinSeconds * 1_000,
      'one that takes over',
    );
    const stores = await Promise.all(monitors.map(({ opened }) => opened));

    const taken = stores.map((store) => store?.migrations ?? []).filter((names) => names.length > 0);
    expect(taken).toEqual([namesOf(MIGRATIONS.slice(done.length))]);
    expect(await stepsOf(db)).toEqual(namesOf(MIGRATIONS));
    expect(await locksOf(db)).toEqual([{ ...follower, comment: 'released' }]);
    expect(follower.name).not.toBe(lock?.name);
    const whole = await settled('whole');
    expect(await shapeOf(db)).toEqual(await shapeOf(whole.db));
    await whole.close();
    const counted = await db.query(
      "SELECT toUInt32(sum(documents)) AS documents FROM roll_ups WHERE frequency = '1d' AND topic = ''",
    );
    expect(counted).toEqual([{ documents: before > 0 ? 7 : 0 }]);
    for (const store of stores) await store?.close();
    await db.close();
  }, 180_000);
});
