import type { Migration } from '../migrate.js';

// Each insert must be on disk before the log moves on; nothing may be dropped because it looks like a repeat
// (a deduplication window on a plain table loses data after a kill).
const DURABLE = `non_replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1`;

const documents = `
CREATE TABLE IF NOT EXISTS documents (
  id String,
  version UInt32,
  action LowCardinality(String),
  content_hash String,
  source_id LowCardinality(String),
  source_kind LowCardinality(String),
  source_name LowCardinality(String),
  source_licence LowCardinality(Nullable(String)),
  source_credibility Float64,
  native_id String,
  url Nullable(String),
  title Nullable(String),
  text String CODEC(ZSTD(3)),
  claimed_language LowCardinality(Nullable(String)),
  language LowCardinality(String),
  author Nullable(String),
  published_at DateTime64(3, 'UTC'),
  precision LowCardinality(String),
  modified_at Nullable(DateTime64(3, 'UTC')),
  received_at DateTime64(3, 'UTC'),
  scored_at DateTime64(3, 'UTC'),
  known_at DateTime64(3, 'UTC'),
  tickers Array(String),
  extra String CODEC(ZSTD(3)),
  negative Float64,
  neutral Float64,
  positive Float64,
  polarity Float64,
  confidence Float64,
  label LowCardinality(String),
  topics Array(Tuple(topic LowCardinality(String), probability Float64)),
  mentions String CODEC(ZSTD(3)),
  story_id String,
  model_name LowCardinality(String),
  model_version LowCardinality(String),
  model_sha256 LowCardinality(String),
  flags Array(LowCardinality(String)),
  series Array(LowCardinality(String)),
  raw_partition UInt32,
  raw_offset UInt64,
  PROJECTION by_story (
    SELECT story_id, published_at, id, action, raw_partition, raw_offset ORDER BY story_id, published_at
  )
)
ENGINE = ReplacingMergeTree
ORDER BY (id, version)
SETTINGS index_granularity = 1024, deduplicate_merge_projection_mode = 'rebuild', ${DURABLE}`;

const mentions = `
CREATE TABLE IF NOT EXISTS mentions (
  series LowCardinality(String),
  event_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  doc_id String,
  version UInt32,
  model_version LowCardinality(String),
  known_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  scored_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  valid UInt8,
  relevance Float64,
  via Array(LowCardinality(String)),
  negative Float64,
  neutral Float64,
  positive Float64,
  weight Float64,
  classified UInt8,
  story_id String,
  topics Array(LowCardinality(String)),
  INDEX by_time event_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (series, event_time, doc_id, version, model_version)
SETTINGS ${DURABLE}`;

const rollUps = `
CREATE TABLE IF NOT EXISTS roll_ups (
  frequency LowCardinality(String),
  series LowCardinality(String),
  topic LowCardinality(String),
  window_start DateTime('UTC') CODEC(Delta, ZSTD),
  generation UInt64,
  documents UInt64,
  stories UInt64,
  classified_count UInt64,
  negative_sum Float64,
  neutral_sum Float64,
  positive_sum Float64,
  polarity_sum Float64,
  weight_sum Float64,
  negative_weight_sum Float64
)
ENGINE = ReplacingMergeTree(generation)
ORDER BY (frequency, series, topic, window_start)
SETTINGS ${DURABLE}`;

const receipts = `
CREATE TABLE IF NOT EXISTS receipts (
  raw_partition UInt32,
  raw_offset UInt64,
  document_id String,
  version UInt32,
  outcome LowCardinality(String),
  reason LowCardinality(Nullable(String))
)
ENGINE = ReplacingMergeTree
ORDER BY (raw_partition, raw_offset)
SETTINGS ${DURABLE}`;

const deadLetters = `
CREATE TABLE IF NOT EXISTS dead_letters (
  raw_partition UInt32,
  raw_offset UInt64,
  reason LowCardinality(String),
  detail String,
  stage LowCardinality(String),
  original_base64 String CODEC(ZSTD(3)),
  attempts UInt32,
  at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (raw_partition, raw_offset)
SETTINGS index_granularity = 256, ${DURABLE}`;

const alertEvents = `
CREATE TABLE IF NOT EXISTS alert_events (
  alert_id String,
  sequence UInt32,
  type LowCardinality(String),
  at DateTime64(3, 'UTC'),
  series LowCardinality(String),
  rule_id LowCardinality(String),
  state LowCardinality(String),
  started_at DateTime64(3, 'UTC'),
  resolved_at Nullable(DateTime64(3, 'UTC')),
  event String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
ORDER BY (alert_id, sequence)
SETTINGS index_granularity = 256, ${DURABLE}`;

/** Documents, mentions, roll-ups, receipts, dead letters and alert events. */
export const firstSchema: Migration = {
  version: 1,
  name: '0001-first-schema',
  statements: [documents, mentions, rollUps, receipts, deadLetters, alertEvents],
};
