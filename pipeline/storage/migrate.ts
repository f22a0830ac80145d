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
import type { SqlSession } from './sql-session.js';

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
 * A step that was cut off by a crash is taken again from its start. Throws ConfigError `schema_too_new` when the
 * data was written by a newer release.
 */
export async function migrate(
  db: SqlSession,
  now: number,
  migrations: readonly Migration[] = MIGRATIONS,
  cluster: string | null = null,
): Promise<readonly string[]> {
  for (const statement of BOOKKEEPING) await db.command(clusterStatement(statement, cluster));
  const known = await db.query<{ version: number }>('SELECT version FROM schema_migrations');
  const current = Math.max(0, ...known.map((row) => row.version));
  const newest = Math.max(0, ...migrations.map((migration) => migration.version));
  if (current > newest) {
    throw tooNew(current, newest);
  }
  const applied: string[] = [];
  for (const migration of migrations.filter(({ version }) => version > current)) {
    for (const statement of migration.statements) {
      await db.command(clusterStatement(statement, cluster));
      failpoint('after_migration_statement');
    }
    await db.insert('schema_migrations', [
      { version: migration.version, name: migration.name, applied_at: now },
    ]);
    applied.push(migration.name);
  }
  return applied;
}

/** For a process that only reads: the schema must be there already, brought by the one that writes. */
export async function requireSchema(db: SqlSession): Promise<void> {
  const newest = Math.max(...MIGRATIONS.map(({ version }) => version));
  const [table] = await db.query<{ there: number }>(
    "SELECT count() AS there FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'",
  );
  const [row] =
    (table?.there ?? 0) === 0
      ? []
      : await db.query<{ current: number }>('SELECT max(version) AS current FROM schema_migrations');
  const current = row?.current ?? 0;
  if (current > newest) throw tooNew(current, newest);
  if (current < newest) {
    throw new UnavailableError(
      'schema_not_ready',
      `The store has schema ${current} and this release needs ${newest}; the monitor brings it up to date when it starts.`,
      { retriable: true },
    );
  }
}

function tooNew(current: number, newest: number): ConfigError {
  return new ConfigError(
    'schema_too_new',
    `The data folder has schema ${current}, this release knows only ${newest}. Start the newer release, or use another data folder.`,
  );
}
