import type { Migration } from '../migrate.js';

const DURABLE = `non_replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1`;

/**
 * Who must not come back, which documents that was, and what an erasure that was cut off still has to do.
 *
 * `erased_documents` holds ids (hashes) only. `evidence_subjects` says whose the documents were that expired while an alert
 * still quotes them, so that a later erasure finds the quotation.
 */
export const erasure: Migration = {
  version: 6,
  name: '0006-erasure',
  statements: [
    `CREATE TABLE IF NOT EXISTS erasures (
       erasure_id String,
       requested_at DateTime64(3, 'UTC'),
       generation UInt64,
       kind LowCardinality(String),
       source_id String,
       pseudonym String,
       state LowCardinality(String),
       finished_at Nullable(DateTime64(3, 'UTC')),
       counts String
     )
     ENGINE = ReplacingMergeTree(generation)
     ORDER BY (erasure_id, requested_at)
     SETTINGS index_granularity = 256, ${DURABLE}`,
    `CREATE TABLE IF NOT EXISTS erased_documents (erasure_id String, kind LowCardinality(String), id String)
     ENGINE = ReplacingMergeTree
     ORDER BY (erasure_id, id)
     SETTINGS index_granularity = 1024, ${DURABLE}`,
    `CREATE TABLE IF NOT EXISTS erased_windows (series LowCardinality(String), minute DateTime('UTC'))
     ENGINE = ReplacingMergeTree
     ORDER BY (series, minute)
     SETTINGS ${DURABLE}`,
    `CREATE TABLE IF NOT EXISTS evidence_subjects (id String, source_id LowCardinality(String), author Nullable(String))
     ENGINE = ReplacingMergeTree
     ORDER BY id
     SETTINGS index_granularity = 1024, ${DURABLE}`,
  ],
};
