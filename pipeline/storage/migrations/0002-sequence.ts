import type { Migration } from '../migrate.js';

/**
 * The place in `documents.scored`, in which order the monitor decides about copies. With several raw partitions their
 * offsets say nothing about one another. Rows of release 0.1 have one partition and were scored in its order.
 */
export const sequence: Migration = {
  version: 2,
  name: '0002-sequence',
  statements: [
    'ALTER TABLE documents ADD COLUMN IF NOT EXISTS sequence UInt64 DEFAULT raw_offset',
    'ALTER TABLE documents DROP PROJECTION IF EXISTS by_story SETTINGS mutations_sync = 2',
    `ALTER TABLE documents ADD PROJECTION IF NOT EXISTS by_story_sequence (
       SELECT story_id, published_at, id, action, sequence ORDER BY story_id, published_at
     )`,
    'ALTER TABLE documents MATERIALIZE PROJECTION by_story_sequence SETTINGS mutations_sync = 2',
  ],
};
