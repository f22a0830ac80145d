import type { Clock } from '../core/clock.js';
import { ConfigError, UnavailableError } from '../core/errors.js';
import { failpoint } from '../core/failpoint.js';
import { firstSchema } from './migrations/0001-first-schema.js';
import { scores } from './migrations/0003-scores.js';
import { sequence } from './migrations/0002-sequence.js';
import { deadLetters } from './migrations/0005-dead-letters.js';
import { erasure } from './migrations/0006-erasure.js';
import { additiveRollUps } from './migrations/0008-additive-roll-ups.js';
import { alertsKnownAt } from './migrations/0009-alerts-known-at.js';
import { storySketches } from './migrations/0010-story-sketches.js';
import { storyTurns } from './migrations/0011-story-turns.js';
import { ruledScores } from './migrations/0012-ruled-scores.js';
import { labels } from './migrations/0013-labels.js';
import { shadowScores } from './migrations/0014-shadow-scores.js';
import { foreignness } from './migrations/0015-foreignness.js';
import { presentViews } from './migrations/0016-present-views.js';
import { clusterStatement } from './server/cluster-statement.js';
import { staysQuiet, takeSchemaLock } from './server/schema-lock.js';
import type { SqlReader, SqlSession } from './sql-session.js';

/** One numbered step of the schema. Its statements are constants of ours, each safe to run again. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

export const MIGRATIONS: readonly Migration[] = [
  firstSchema,
  sequence,
  scores,
  deadLetters,
  erasure,
  additiveRollUps,
  alertsKnownAt,
  storySketches,
  storyTurns,
  ruledScores,
  labels,
  shadowScores,
  foreignness,
  presentViews,
];

const BOOKKEEPING = [
  `CREATE TABLE IF NOT EXISTS schema_migrations (version UInt32, name String, applied_at DateTime64(3, 'UTC'))
   ENGINE = ReplacingMergeTree ORDER BY version
   SETTINGS non_replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1`,
  `CREATE TABLE IF NOT EXISTS state (key String, value String, generation UInt64)
   ENGINE = ReplacingMergeTree(generation) ORDER BY key
   SETTINGS non_replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1`,
];

/**
 * Brings the schema to the newest version and answers with the names of the steps it took, oldest first.
 *
 * A step that was cut off by a crash is taken again from its start; `mayGoOn` is asked before each statement and rejects to end
 * it. Throws ConfigError `schema_too_new` when the data was written by a newer release.
 */
export async function migrate(
  db: SqlSession,
  now: number,
  migrations: readonly Migration[] = MIGRATIONS,
  cluster: string | null = null,
  mayGoOn: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly string[]> {
  for (const statement of BOOKKEEPING) await db.command(clusterStatement(statement, cluster));
  const known = await db.query<{ version: number }>('SELECT version FROM schema_migrations');
  const current = Math.max(0, ...known.map((row) => row.version));
  const newest = newestOf(migrations);
  if (current > newest) throw tooNew(current, newest);
  const applied: string[] = [];
  for (const migration of migrations.filter(({ version }) => version > current)) {
    for (const statement of migration.statements) {
      await mayGoOn();
      await db.command(clusterStatement(statement, cluster));
      failpoint('after_migration_statement');
    }
    await mayGoOn();
    await db.insert('schema_migrations', [
      { version: migration.version, name: migration.name, applied_at: now },
    ]);
    applied.push(migration.name);
  }
  return applied;
}

export interface ServerMigration {
  readonly clock: Clock;
  readonly cluster: string | null;
  readonly migrations?: readonly Migration[];
}

/**
 * The same on a server, where several monitors may start at once: one at a time, and never beneath a monitor that works on
 * what an earlier release has made. A store that is up to date costs two short queries.
 *
 * Throws retriable UnavailableError `schema_busy` while another is at it, `schema_in_use` while such a monitor works.
 */
export async function migrateServer(
  db: SqlSession,
  { clock, cluster, migrations = MIGRATIONS }: ServerMigration,
): Promise<readonly string[]> {
  const newest = newestOf(migrations);
  const current = await readVersion(db);
  if (current > newest) throw tooNew(current, newest);
  if (current === newest) return [];
  if (current > 0) await requireNobodyAtWork(db, clock, `The store has schema ${current}; ${newest} is new.`);
  const lock = await takeSchemaLock(db, { clock, cluster });
  try {
    return await migrate(db, clock.now(), migrations, cluster, () => lock.require());
  } finally {
    await lock.release();
  }
}

/** For a process that only reads: the schema must be there already, brought by the one that writes. */
export async function requireSchema(db: SqlSession): Promise<void> {
  const newest = newestSchema();
  const current = await readVersion(db);
  if (current > newest) throw tooNew(current, newest);
  if (current < newest) {
    throw new UnavailableError(
      'schema_not_ready',
      `The store has schema ${current} and this release needs ${newest}; the monitor brings it up to date when it starts.`,
      { retriable: true },
    );
  }
}

/** The schema that is there, looking only; 0 before there is any. */
export async function readVersion(db: SqlReader): Promise<number> {
  const [table] = await db.query<{ there: number }>(
    "SELECT count() AS there FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'",
  );
  if ((table?.there ?? 0) === 0) return 0;
  const [row] = await db.query<{ current: number }>('SELECT max(version) AS current FROM schema_migrations');
  return row?.current ?? 0;
}

/** An active monitor, of whatever release, publishes in `state` every two seconds how far it is. */
async function requireNobodyAtWork(db: SqlSession, clock: Clock, versions: string): Promise<void> {
  const newest = async () => {
    const [row] = await db.query<{ newest: number }>('SELECT max(generation) AS newest FROM state');
    return String(row?.newest ?? 0);
  };
  if (await staysQuiet(newest, clock)) return;
  throw new UnavailableError(
    'schema_in_use',
    `${versions} A monitor of an earlier release works on this store, and its tables are not changed beneath it. Stop it; this process then brings the schema up to date.`,
    { retriable: true },
  );
}

/** The version that this release needs. */
export function newestSchema(): number {
  return newestOf(MIGRATIONS);
}

function newestOf(migrations: readonly Migration[]): number {
  return Math.max(0, ...migrations.map(({ version }) => version));
}

function tooNew(current: number, newest: number): ConfigError {
  return new ConfigError(
    'schema_too_new',
    `The data folder has schema ${current}, this release knows only ${newest}. Start the newer release, or use another data folder.`,
  );
}
