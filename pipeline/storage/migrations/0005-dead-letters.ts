import type { Migration } from '../migrate.js';

/**
 * What an operator did with a dead letter stands in a table of its own: the letter's row is written again when a crash
 * repeats its batch, and must not undo it. The source is kept in a column because the original bytes may be removed.
 */
export const deadLetters: Migration = {
  version: 5,
  name: '0005-dead-letters',
  statements: [
    `CREATE TABLE IF NOT EXISTS dead_letter_marks (
       raw_partition UInt32,
       raw_offset UInt64,
       generation UInt64,
       state LowCardinality(String),
       attempts UInt32,
       detail String,
       at DateTime64(3, 'UTC'),
       went_to String
     )
     ENGINE = ReplacingMergeTree(generation)
     ORDER BY (raw_partition, raw_offset)
     SETTINGS index_granularity = 256, non_replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1`,
    `ALTER TABLE dead_letters ADD COLUMN IF NOT EXISTS source_id LowCardinality(String)
       DEFAULT JSONExtractString(tryBase64Decode(original_base64), 'source', 'id')`,
    'ALTER TABLE dead_letters MATERIALIZE COLUMN source_id SETTINGS mutations_sync = 2',
  ],
};
