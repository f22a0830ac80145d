import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { openInstallationStore } from '../../pipeline/app/open-installation-store.js';
import { systemClock, type Clock } from '../../pipeline/core/clock.js';
import { MIGRATIONS, migrateServer, type Migration } from '../../pipeline/storage/migrate.js';
import { openStore } from '../../pipeline/storage/open-store.js';
import { openServerSession } from '../../pipeline/storage/server/server-session.js';
import { WRITER_SETTINGS, type SqlSession } from '../../pipeline/storage/sql-session.js';
import { silentLogger } from '../../pipeline/telemetry/logger.js';
import { startClickHouseFacade, type ClickHouseFacade } from '../support/clickhouse-facade.js';
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
const openMonitor = (database: string) =>
  openInstallationStore({
    config: { clickhouse: { ...serverOf(database), listen: { enabled: false } } } as never,
    folder: { store: path },
    world: 'live',
    roles: new Set(['monitor'] as const),
    clock: systemClock,
    logger: silentLogger,
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
