import type { Migration } from '../migrate.js';

/**
 * What people say about stored documents. The whole identity is in the key, so that nothing replaces anything. No text stands
 * here: it is read from `documents`, and goes with it.
 */
export const labels: Migration = {
  version: 13,
  name: '0013-labels',
  statements: [
    `CREATE TABLE IF NOT EXISTS labels (
       document_id String,
       version UInt32,
       instrument LowCardinality(String),
       author LowCardinality(String),
       labelled_at DateTime64(3, 'UTC'),
       origin LowCardinality(String),
       value LowCardinality(String),
       guideline LowCardinality(String)
     )
     ENGINE = ReplacingMergeTree
     ORDER BY (document_id, version, instrument, author, labelled_at, origin, value)
     SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1`,
  ],
};
