import type { Migration } from '../migrate.js';

/** In which order the rows of a place are told apart; the last one is new here. */
const MENTION_KEY = 'series, event_time, doc_id, version, model_version, decided_by';

/** Roll-ups are counted with it, so that `0008-additive-roll-ups` takes this step as well. */
export const DECIDED_BY = `ALTER TABLE mentions ADD COLUMN IF NOT EXISTS decided_by UInt64, MODIFY ORDER BY (${MENTION_KEY})`;

/**
 * Who opens a story may change when the opener is taken back or corrected: then further rows of `mentions` say so, told apart
 * by the place in the log of the message by which it changed (`decided_by`). `voice` is the weight of a document while it opens its
 * story; copies of earlier releases have none. Documents say which story they left, what they may not count for (`silent`) and
 * what the account had a weight in that day, each with a projection that answers without reading texts. Of what an earlier
 * release stored, retractions have left their story, and an account has all its weights of the day yet to use.
 */
export const storyTurns: Migration = {
  version: 11,
  name: '0011-story-turns',
  statements: [
    'ALTER TABLE mentions ADD COLUMN IF NOT EXISTS voice Float64 DEFAULT weight',
    DECIDED_BY,
    'ALTER TABLE documents ADD COLUMN IF NOT EXISTS fingerprint String DEFAULT story_id',
    "ALTER TABLE documents ADD COLUMN IF NOT EXISTS left_story String DEFAULT if(action = 'retract', story_id, '')",
    "ALTER TABLE documents ADD COLUMN IF NOT EXISTS silent UInt8 DEFAULT hasAny(flags, ['spam', 'debris'])",
    "ALTER TABLE documents ADD COLUMN IF NOT EXISTS certainty LowCardinality(String) DEFAULT ''",
    "ALTER TABLE documents ADD COLUMN IF NOT EXISTS author_day String DEFAULT ''",
    'ALTER TABLE documents ADD COLUMN IF NOT EXISTS voices Array(LowCardinality(String))',
    ...projection(
      'by_story_member',
      'story_id, published_at, id, version, action, sequence, known_at, silent, fingerprint, source_id, source_name, source_kind, author',
      'story_id, published_at',
    ),
    ...projection('by_left_story', 'left_story, id, version, sequence, known_at', 'left_story, id'),
    ...projection('by_author_day', 'author_day, id, sequence, voices', 'author_day, id'),
    'ALTER TABLE documents DROP PROJECTION IF EXISTS by_story_sequence SETTINGS mutations_sync = 2',
  ],
};

function projection(name: string, columns: string, order: string): readonly string[] {
  return [
    `ALTER TABLE documents ADD PROJECTION IF NOT EXISTS ${name} (SELECT ${columns} ORDER BY ${order})`,
    `ALTER TABLE documents MATERIALIZE PROJECTION ${name} SETTINGS mutations_sync = 2`,
  ];
}
