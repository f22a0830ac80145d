import type { Migration } from '../migrate.js';

/**
 * Scores that a later model gave to a stored version. They stand in a table of their own, beside the first ones in
 * `documents`, so that no row that was ever answered from is replaced.
 */
export const scores: Migration = {
  version: 3,
  name: '0003-scores',
  statements: [
    `CREATE TABLE IF NOT EXISTS document_scores (
       id String,
       version UInt32,
       model_name LowCardinality(String),
       model_version LowCardinality(String),
       model_sha256 LowCardinality(String),
       scored_at DateTime64(3, 'UTC'),
       known_at DateTime64(3, 'UTC'),
       negative Float64,
       neutral Float64,
       positive Float64,
       polarity Float64,
       confidence Float64,
       label LowCardinality(String),
       topics Array(Tuple(topic LowCardinality(String), probability Float64)),
       mentions String CODEC(ZSTD(3)),
       flags Array(LowCardinality(String)),
       INDEX by_known known_at TYPE minmax GRANULARITY 1
     )
     ENGINE = ReplacingMergeTree
     ORDER BY (id, version, model_name, model_version)
     SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1`,
    'ALTER TABLE documents ADD INDEX IF NOT EXISTS by_known known_at TYPE minmax GRANULARITY 1',
  ],
};
