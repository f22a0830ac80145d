import type { Migration } from '../migrate.js';
import { SUM_COLUMNS } from '../present.js';

/** Of the rows of one place the one that counts; the same order as in `presentMentions`. */
const NEWEST = '(version, known_at, scored_at, decided_by)';
const MENTION_COLUMNS = [
  'version',
  'model_version',
  'known_at',
  'relevance',
  'via',
  'negative',
  'neutral',
  'positive',
  'weight',
  'classified',
  'story_id',
  'opens_story',
  'topics',
];

/** Aggregated by the table's key and not by LIMIT BY, so that a condition on series and time reaches the index. */
const mentions = `CREATE OR REPLACE VIEW present_mentions AS
SELECT series, event_time, doc_id, ${MENTION_COLUMNS.map((name) => `newest_${name} AS ${name}`).join(', ')} FROM (
  SELECT series, event_time, doc_id, argMax(mentions.valid, ${NEWEST}) AS is_valid,
    ${MENTION_COLUMNS.map((name) => `argMax(mentions.${name}, ${NEWEST}) AS newest_${name}`).join(', ')}
  FROM mentions GROUP BY series, event_time, doc_id
) WHERE is_valid = 1`;

const rollUps = `CREATE OR REPLACE VIEW present_roll_ups AS
SELECT frequency, period_start, series, topic, window_start, ${SUM_COLUMNS.map((name) => `newest_${name} AS ${name}`).join(', ')} FROM (
  SELECT frequency, period_start, series, topic, window_start,
    ${SUM_COLUMNS.map((name) => `argMax(roll_ups.${name}, generation) AS newest_${name}`).join(', ')}
  FROM roll_ups GROUP BY frequency, period_start, series, topic, window_start
) WHERE newest_documents > 0`;

const DOCUMENT_COLUMNS = [
  'action',
  'source_id',
  'source_kind',
  'source_name',
  'source_licence',
  'native_id',
  'url',
  'title',
  'text',
  'language',
  'author',
  'published_at',
  'modified_at',
  'received_at',
  'known_at',
  'tickers',
  'story_id',
  'certainty',
  'series',
];
/** What a re-score gives anew. */
const SCORE_COLUMNS = [
  'scored_at',
  'negative',
  'neutral',
  'positive',
  'polarity',
  'confidence',
  'label',
  'topics',
  'model_name',
  'model_version',
  'model_sha256',
  'foreignness',
  'flags',
];

/**
 * Numbers of versions that are superseded are few beside the documents, so they, and not all newest ones, are looked up.
 * `marker` is 0 where a version was not scored again.
 */
const documents = `CREATE OR REPLACE VIEW present_documents AS
SELECT stored.id AS id, stored.version AS version, ${DOCUMENT_COLUMNS.map((name) => `stored.${name} AS ${name}`).join(', ')},
  ${SCORE_COLUMNS.map((name) => `if(again.marker = 1, again.newest_${name}, stored.${name}) AS ${name}`).join(', ')}
FROM (
  SELECT * FROM documents FINAL
  WHERE action != 'retract'
    AND (id, version) NOT IN (SELECT id, arrayJoin(range(1, version)) FROM documents WHERE version > 1)
) AS stored
LEFT JOIN (
  SELECT id, version, toUInt8(1) AS marker,
    ${SCORE_COLUMNS.map((name) => `argMax(tuple(document_scores.${name}), document_scores.known_at).1 AS newest_${name}`).join(', ')}
  FROM document_scores GROUP BY id, version
) AS again ON again.id = stored.id AND again.version = stored.version`;

/**
 * What counts now, for people's SQL: of mentions, windows and documents the newest row, without what was withdrawn or taken back.
 * Views only: they hold nothing, and what is removed from a table is gone from them too.
 */
export const presentViews: Migration = {
  version: 16,
  name: '0016-present-views',
  statements: [mentions, rollUps, documents],
};
