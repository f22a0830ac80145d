/** Columns of `mentions` that hold what counts. */
const COLUMNS =
  'series, event_time, doc_id, version, valid, relevance, negative, neutral, positive, weight, classified, story_id, topics';

/**
 * SQL for the rows that count now: of each document, series and event time the newest row, when that is valid.
 *
 * `where` is a constant of ours that narrows series, time and knowledge; it is applied before the newest is chosen,
 * so `known_at <= …` gives what was known then. Nothing is ever replaced away, and exact repeats fall together.
 * The order follows the table's key, so that rows are read once, in order.
 */
export function presentMentions(where: string): string {
  return `(SELECT ${COLUMNS} FROM (
    SELECT ${COLUMNS} FROM mentions WHERE ${where}
    ORDER BY series, event_time, doc_id, version DESC, known_at DESC, scored_at DESC
    LIMIT 1 BY series, event_time, doc_id
  ) WHERE valid = 1)`;
}

/** SQL for a bound time in milliseconds. */
export function timeParam(name: string): string {
  return `fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`;
}

/** The sums that roll-ups hold, over present mentions. */
export const ROLL_UP_SUMS = `
  count() AS documents,
  uniqExact(cityHash64(story_id)) AS stories,
  sum(classified) AS classified_count,
  sum(negative) AS negative_sum,
  sum(neutral) AS neutral_sum,
  sum(positive) AS positive_sum,
  sum(positive - negative) AS polarity_sum,
  sum(weight) AS weight_sum,
  sum(weight * negative) AS negative_weight_sum`;

/** SQL for the start of the window that holds `event_time`. */
export const WINDOW_START = {
  '1m': 'toStartOfMinute(event_time)',
  '1h': 'toStartOfHour(event_time)',
  '1d': 'toStartOfDay(event_time)',
} as const;
