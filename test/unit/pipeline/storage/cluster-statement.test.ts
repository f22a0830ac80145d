import { Session } from 'chdb';
import { afterAll, describe, expect, it } from 'vitest';

import { MIGRATIONS } from '../../../../pipeline/storage/migrate.js';
import { clusterStatement } from '../../../../pipeline/storage/server/cluster-statement.js';

describe('A schema statement for a cluster', () => {
  const session = new Session();
  afterAll(() => {
    session.cleanup();
  });
  const statements = MIGRATIONS.flatMap(({ name, statements: all }) =>
    all.map((statement, index) => ({ name: `${name}, statement ${index + 1}`, statement })),
  );

  it.each(statements)('is one that the engine can read: $name', ({ statement }) => {
    const changed = clusterStatement(statement, 'desk');
    const formatted = session.query(
      `SELECT formatQuery('${changed.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}')`,
      'TSVRaw',
    );
    expect(formatted.length).toBeGreaterThan(10);
    // Rows find their replicas by themselves; a change of the schema must be told to all.
    if (!statement.startsWith('INSERT')) expect(changed).toContain("ON CLUSTER 'desk'");
    expect(changed).not.toContain('non_replicated');
    if (/CREATE TABLE/.test(changed)) expect(changed).toMatch(/ENGINE = Replicated\w*MergeTree\('/);
  });

  it('keeps the column that says which row is the newest', () => {
    expect(
      clusterStatement(
        'CREATE TABLE IF NOT EXISTS t (g UInt64) ENGINE = ReplacingMergeTree(g) ORDER BY g',
        'c',
      ),
    ).toBe(
      "CREATE TABLE IF NOT EXISTS t ON CLUSTER 'c' (g UInt64) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', g) ORDER BY g",
    );
  });

  it('makes a table that must not be there yet on every node', () => {
    expect(clusterStatement('CREATE TABLE t (g UInt64) ENGINE = MergeTree ORDER BY g', 'c')).toBe(
      "CREATE TABLE t ON CLUSTER 'c' (g UInt64) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}') ORDER BY g",
    );
  });

  it('stays as it is on one server', () => {
    for (const { statement } of statements) expect(clusterStatement(statement, null)).toBe(statement);
  });
});
