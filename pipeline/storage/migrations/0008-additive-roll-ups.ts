import { FREQUENCIES } from '../../core/series.js';
import type { Migration } from '../migrate.js';
import { PERIOD_START, SUM_COLUMNS } from '../present.js';
import { recomputed } from '../roll-up.js';
import { DECIDED_BY } from './0011-story-turns.js';

const periodStart = `multiIf(frequency = '1m', ${PERIOD_START['1m']}(window_start),
    frequency = '1h', ${PERIOD_START['1h']}(window_start), toDateTime(${PERIOD_START['1d']}(window_start), 'UTC'))`;

/** In the order of time first: a tick looks at the present hour and day of many series, a person at few series. */
const rollUps = `CREATE TABLE IF NOT EXISTS roll_ups (
  frequency LowCardinality(String),
  series LowCardinality(String),
  topic LowCardinality(String),
  window_start DateTime('UTC') CODEC(Delta, ZSTD),
  period_start DateTime('UTC') MATERIALIZED ${periodStart},
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
ORDER BY (frequency, period_start, series, topic, window_start)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 0, fsync_after_insert = 1, fsync_part_directory = 1`;

/**
 * Stories are counted where they begin, and no longer as distinct stories of a window, so that hours are sums of minutes
 * and days of hours. Roll-ups are made anew out of the mentions, in another order. Of rows stored before nobody noted which
 * of them are copies; a copy's weight is 0.
 */
export const additiveRollUps: Migration = {
  version: 8,
  name: '0008-additive-roll-ups',
  statements: [
    'ALTER TABLE mentions ADD COLUMN IF NOT EXISTS opens_story UInt8 DEFAULT valid AND weight > 0',
    DECIDED_BY,
    'DROP TABLE IF EXISTS roll_ups SYNC',
    rollUps,
    ...FREQUENCIES.map(
      (
        frequency,
      ) => `INSERT INTO roll_ups (frequency, series, topic, window_start, ${SUM_COLUMNS.join(', ')}, generation)
       SELECT *, 1 FROM (${recomputed(frequency, '1')})`,
    ),
  ],
};
