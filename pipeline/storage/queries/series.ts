import { FREQUENCY_MS, windowStart, type Frequency } from '../../core/series.js';
import type { SeriesPoint, SeriesQuery, SeriesSummary } from '../../core/store.js';
import {
  JUDGED_OF_SUMS,
  presentMentions,
  presentRollUps,
  ROLL_UP_SUMS,
  timeParam,
  WINDOW_START,
} from '../present.js';
import type { SqlReader } from '../sql-session.js';

/** A mean over no document is none. */
const JUDGED = `nullIf(${JUDGED_OF_SUMS}, 0)`;
const IS_JUDGED = 'mentioned.negative + neutral + positive > 0';
const RANGE = { from: timeParam('from'), to: timeParam('to') };

// About one year of minutes; the API asks for less.
const MAX_POINTS = 500_000;

/**
 * The windows of the series that hold documents, in order of series and time. Ranges are widened to whole windows.
 *
 * The present over all mentions comes from the roll-ups; what was known at `asOf`, or a floor for relevance, is counted
 * from the mentions. Both give the same numbers.
 */
export async function querySeries(db: SqlReader, query: SeriesQuery): Promise<readonly SeriesPoint[]> {
  const { frequency } = query;
  const params = {
    series: query.series,
    topic: query.topic ?? '',
    from: windowStart(query.from, frequency),
    to: windowStart(query.to + FREQUENCY_MS[frequency] - 1, frequency),
    minRelevance: query.minRelevance,
    asOf: query.asOf ?? 0,
  };
  const source =
    query.asOf === null && query.minRelevance <= 0 ? cachedWindows(frequency) : countedWindows(query);
  return db.query<SeriesPoint>(
    `SELECT series, toInt64(toUnixTimestamp(window_start)) * 1000 AS start, documents, stories,
       negative_sum / ${JUDGED} AS negative, neutral_sum / ${JUDGED} AS neutral,
       positive_sum / ${JUDGED} AS positive, polarity_sum / ${JUDGED} AS polarity
     FROM ${source} WHERE documents > 0 ORDER BY series, start LIMIT ${MAX_POINTS}`,
    params,
  );
}

function cachedWindows(frequency: Frequency): string {
  return presentRollUps(frequency, RANGE, 'series IN {series:Array(String)} AND topic = {topic:String}');
}

function countedWindows({ asOf, topic, frequency }: SeriesQuery): string {
  const known = asOf === null ? '' : `AND known_at <= ${timeParam('asOf')}`;
  const mentions = presentMentions(
    `series IN {series:Array(String)} AND event_time >= ${timeParam('from')} AND event_time < ${timeParam('to')} ${known}`,
  );
  const ofTopic = topic === null ? '' : 'AND has(topics, {topic:String})';
  return `(SELECT series, ${WINDOW_START[frequency]} AS window_start, ${ROLL_UP_SUMS}
    FROM ${mentions} WHERE relevance >= {minRelevance:Float64} ${ofTopic} GROUP BY series, window_start)`;
}

/** Market and instruments with documents in [from, to), most documents first, with the same length of time before. */
export async function querySummaries(
  db: SqlReader,
  from: number,
  to: number,
  limit: number,
): Promise<readonly SeriesSummary[]> {
  const mentions = presentMentions(
    `event_time >= ${timeParam('before')} AND event_time < ${timeParam('to')} AND NOT startsWith(series, 'sector:')`,
  );
  const inside = `event_time >= ${timeParam('from')}`;
  return db.query<SeriesSummary>(
    `SELECT series, countIf(${inside}) AS documents, sumIf(opens_story, ${inside}) AS stories,
       ${meanIf('mentioned.negative', inside)} AS negative, ${meanIf('positive - mentioned.negative', inside)} AS polarity,
       ${meanIf('positive - mentioned.negative', `NOT (${inside})`)} AS previousPolarity,
       toUnixTimestamp64Milli(maxIf(event_time, ${inside})) AS lastDocumentAt
     FROM ${mentions} AS mentioned
     GROUP BY series HAVING documents > 0 ORDER BY documents DESC, series LIMIT {limit:UInt32}`,
    { before: from - (to - from), from, to, limit },
  );
}

/** SQL for a mean over the documents that were judged; NULL where none was. */
function meanIf(figure: string, condition: string): string {
  const judged = `${condition} AND ${IS_JUDGED}`;
  return `if(countIf(${judged}) = 0, NULL, avgIf(${figure}, ${judged}))`;
}
