import type { Migration } from '../migrate.js';

/**
 * What near-duplicates are compared with, kept with the document that brought it, so that a monitor that starts knows the
 * stories of the last days. Documents of earlier releases have none: copies of theirs are found by equality only.
 */
export const storySketches: Migration = {
  version: 10,
  name: '0010-story-sketches',
  statements: [
    "ALTER TABLE documents ADD COLUMN IF NOT EXISTS story_sketch String DEFAULT '' CODEC(ZSTD(1))",
    `ALTER TABLE documents ADD PROJECTION IF NOT EXISTS by_sequence (
       SELECT sequence, story_id, published_at, story_sketch ORDER BY sequence
     )`,
    'ALTER TABLE documents MATERIALIZE PROJECTION by_sequence SETTINGS mutations_sync = 2',
  ],
};
