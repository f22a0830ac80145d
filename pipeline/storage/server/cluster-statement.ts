/**
 * A schema statement of ours as a cluster needs it: on every node, with replicated tables. Without a cluster it stays.
 *
 * Replicas find one another by the path of the table; `{shard}` and `{replica}` are macros of the servers.
 */
export function clusterStatement(statement: string, cluster: string | null): string {
  if (cluster === null) return statement;
  return statement
    .replace(
      /^(\s*(?:CREATE TABLE(?: IF NOT EXISTS)?|DROP TABLE IF EXISTS|ALTER TABLE|CREATE OR REPLACE VIEW|CREATE DATABASE IF NOT EXISTS)\s+\S+)/,
      `$1 ON CLUSTER '${cluster}'`,
    )
    .replace(
      /ENGINE = (Replacing)?MergeTree(?:\(([^)]*)\))?/,
      (_all, replacing: string | undefined, version: string | undefined) => {
        const args = ["'/clickhouse/tables/{shard}/{database}/{table}'", "'{replica}'"];
        if (version !== undefined && version !== '') args.push(version);
        return `ENGINE = Replicated${replacing ?? ''}MergeTree(${args.join(', ')})`;
      },
    )
    .replace('non_replicated_deduplication_window = 0', 'replicated_deduplication_window = 0');
}
