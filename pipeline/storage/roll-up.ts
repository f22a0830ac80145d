import { FREQUENCIES, windowStart, type Frequency } from '../core/series.js';
import type { TouchedWindow } from '../core/store.js';
import type { Generations } from './generations.js';
import { presentMentions, ROLL_UP_SUMS, WINDOW_START } from './present.js';
import type { SqlParams, SqlSession } from './sql-session.js';

const SUM_COLUMNS = [
  'documents',
  'stories',
  'classified_count',
  'negative_sum',
  'neutral_sum',
  'positive_sum',
  'polarity_sum',
  'weight_sum',
  'negative_weight_sum',
] as const;
const COLUMNS = `frequency, series, topic, window_start, ${SUM_COLUMNS.join(', ')}`;
const KEY = 'frequency, series, topic, window_start';

// Bounds the size of one statement; more windows make more statements.
const WINDOWS_PER_STATEMENT = 4_000;

/**
 * SQL for the roll-up rows of one frequency, computed from mentions: one row a series, window and topic, and one with
 * topic '' for all of them.
 */
export function recomputed(frequency: Frequency, where: string): string {
  return `SELECT '${frequency}' AS frequency, series, topic, ${WINDOW_START[frequency]} AS window_start, ${ROLL_UP_SUMS}
    FROM ${presentMentions(where)} ARRAY JOIN arrayConcat([''], topics) AS topic
    GROUP BY series, topic, window_start`;
}

/** Recomputes touched windows; every round writes a generation of its own, and the highest one counts. */
export class RollUps {
  constructor(
    private readonly db: SqlSession,
    private readonly generations: Generations,
  ) {}

  /**
   * Recomputes the 1 m, 1 h and 1 d windows around the given times from the mentions. Windows that hold nothing any
   * more get zeros. Idempotent; cut off in the middle, a repeat completes it.
   */
  async recompute(touched: readonly TouchedWindow[]): Promise<void> {
    for (const windows of toChunks(touched)) {
      await this.db.command(
        `INSERT INTO roll_ups (${COLUMNS}, generation)
         SELECT ${KEY}, ${SUM_COLUMNS.map((name) => `sum(${name})`).join(', ')}, ${this.generations.next()}
         FROM (${FREQUENCIES.map(touchedRows).join(' UNION ALL ')})
         GROUP BY ${KEY}`,
        windows,
      );
    }
  }
}

function touchedRows(frequency: Frequency): string {
  const touched = `(SELECT arrayJoin(arrayZip({series_${frequency}:Array(String)},
    arrayMap(seconds -> toDateTime(seconds, 'UTC'), {windows_${frequency}:Array(UInt32)}))))`;
  const zeros = SUM_COLUMNS.map((name) => (name.endsWith('_sum') ? 'toFloat64(0)' : 'toUInt64(0)'));
  // The zeros make a window that lost its last document, or its last one of a topic, count nothing.
  return `${recomputed(frequency, `(series, ${WINDOW_START[frequency]}) IN ${touched}`)}
    UNION ALL
    SELECT '${frequency}', series, topic, window_start, ${zeros.join(', ')} FROM roll_ups
    WHERE frequency = '${frequency}' AND (series, window_start) IN ${touched}`;
}

function toChunks(touched: readonly TouchedWindow[]): readonly SqlParams[] {
  const chunks: SqlParams[] = [];
  for (let start = 0; start < touched.length; start += WINDOWS_PER_STATEMENT) {
    chunks.push(toParams(touched.slice(start, start + WINDOWS_PER_STATEMENT)));
  }
  return chunks;
}

function toParams(touched: readonly TouchedWindow[]): SqlParams {
  const params: Record<string, unknown> = {};
  for (const frequency of FREQUENCIES) {
    const windows = new Map<string, readonly [string, number]>();
    for (const { series, time } of touched) {
      const start = windowStart(time, frequency) / 1000;
      windows.set(`${start} ${series}`, [series, start]);
    }
    params[`series_${frequency}`] = [...windows.values()].map(([series]) => series);
    params[`windows_${frequency}`] = [...windows.values()].map(([, start]) => start);
  }
  return params;
}
