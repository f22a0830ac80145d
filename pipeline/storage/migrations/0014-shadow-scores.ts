import type { Migration } from '../migrate.js';

/**
 * What a challenger said of documents beside the champion, for a month: labels and figures, no text and no author. It goes with
 * its document before. A measurement, so nothing waits for the disk.
 */
export const shadowScores: Migration = {
  version: 14,
  name: '0014-shadow-scores',
  statements: [
    `CREATE TABLE IF NOT EXISTS shadow_scores (
       challenger LowCardinality(String),
       champion LowCardinality(String),
       document_id String,
       version UInt32,
       read_at DateTime64(3, 'UTC'),
       language LowCardinality(String),
       source_kind LowCardinality(String),
       topic LowCardinality(String),
       before LowCardinality(String),
       after LowCardinality(String),
       before_negative Float32,
       after_negative Float32,
       before_confidence Float32,
       after_confidence Float32
     )
     ENGINE = ReplacingMergeTree
     ORDER BY (challenger, champion, document_id, version)
     TTL toDateTime(read_at) + INTERVAL 30 DAY
     SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 0`,
  ],
};
