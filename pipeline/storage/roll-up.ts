import { FREQUENCY_MS, windowStart, type Frequency } from '../core/series.js';
import type { TouchedWindow } from '../core/store.js';
import type { Generations } from './generations.js';
import type { KeptWindows } from './retention.js';
import {
  presentMentions,
  presentRollUps,
  ROLL_UP_SUMS,
  SUM_COLUMNS,
  SUMS_OF_SUMS,
  WINDOW_START,
} from './present.js';
import type { SqlParams, SqlSession } from './sql-session.js';

const COLUMNS = `frequency, series, topic, window_start, ${SUM_COLUMNS.join(', ')}`;

// Bounds the size of one statement; more minutes make more statements.
const MINUTES_PER_STATEMENT = 4_000;
/**
 * Touched minutes this near to one another are taken as a block, every series at every minute of it: ranges cost half of
 * what lists of pairs do, and a window that is computed without need keeps its numbers. Live documents are so.
 */
const BLOCK_MS = 15 * 60_000;

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
    private readonly limits: KeptWindows = { closedBefore: 0, minutesFrom: 0 },
  ) {}

  /**
   * Recomputes the 1 m, 1 h and 1 d windows around the given times. Windows that hold nothing any more get zeros.
   * Idempotent; cut off in the middle, a repeat completes it.
   *
   * Minutes are counted from the mentions, hours from the minutes and days from the hours, all in one statement: all
   * sums are additive, and the cost of a day does not grow with what happened in it. Where minutes are no longer kept, hours and
   * days are counted from the mentions. A closed window has lost documents and keeps its numbers.
   */
  async recompute(given: readonly TouchedWindow[]): Promise<void> {
    const { closedBefore, minutesFrom } = this.limits;
    const touched = given.filter(({ time }) => time >= closedBefore);
    for (const some of toChunks(touched.filter(({ time }) => time >= minutesFrom))) {
      const isBlock = spanOf(some) <= BLOCK_MS;
      const sql = fromMinutes(isBlock ? BLOCK : PAIRS, this.generations.next());
      await this.db.command(sql, toParams(some, isBlock));
    }
    for (const some of toChunks(touched.filter(({ time }) => time < minutesFrom))) {
      await this.db.command(fromMentions(this.generations.next()), toParams(some, false));
    }
  }
}

function toChunks(touched: readonly TouchedWindow[]): readonly (readonly TouchedWindow[])[] {
  const count = Math.ceil(touched.length / MINUTES_PER_STATEMENT);
  return Array.from({ length: count }, (_, n) =>
    touched.slice(n * MINUTES_PER_STATEMENT, (n + 1) * MINUTES_PER_STATEMENT),
  );
}

/** Conditions that pick what was touched; `window_start` is the start of a stored window, or of a minute of mentions. */
interface Touched {
  readonly mentions: string;
  /** Of the stored minutes of the touched hours, and whether one of them is touched itself. */
  readonly minutes: string;
  readonly isMinute: string;
  /** Of the stored hours of the touched days, and whether one of them is touched itself. */
  readonly hours: string;
  readonly isHour: string;
}

const WINDOWS = { minute: '1m', hour: '1h', day: '1d' } as const;
const ONE_OF_SERIES = 'series IN {series:Array(String)}';
/** From the first touched window to the end of the last one. */
const MINUTES = rangeOf('minute', '1m');
const HOURS = rangeOf('hour', '1h');
const DAYS = rangeOf('day', '1d');
const BLOCK: Touched = {
  mentions: ONE_OF_SERIES,
  minutes: ONE_OF_SERIES,
  isMinute: isWithin(MINUTES),
  hours: ONE_OF_SERIES,
  isHour: isWithin(HOURS),
};
const PAIRS: Touched = {
  mentions: `${ONE_OF_SERIES} AND (series, toStartOfMinute(event_time)) IN ${pairs('minute')}`,
  minutes: `${ONE_OF_SERIES} AND (series, toStartOfHour(window_start)) IN ${pairs('hour')}`,
  isMinute: `(series, window_start) IN ${pairs('minute')}`,
  hours: `${ONE_OF_SERIES} AND (series, toStartOfDay(window_start)) IN ${pairs('day')}`,
  isHour: `(series, window_start) IN ${pairs('hour')}`,
};

interface Range {
  readonly from: string;
  readonly to: string;
}

/**
 * The same for `event_time`, in its own precision: the engine's index takes "before 16:42" in whole seconds for "up to
 * 16:41:59", and does not find what was published in the second after that.
 */
function eventsIn({ from, to }: Range): string {
  return `event_time >= toDateTime64(${from}, 3, 'UTC') AND event_time < toDateTime64(${to}, 3, 'UTC')`;
}

function rangeOf(name: string, frequency: Frequency): Range {
  return {
    from: `toDateTime({first_${name}:UInt32}, 'UTC')`,
    to: `toDateTime({last_${name}:UInt32} + ${FREQUENCY_MS[frequency] / 1_000}, 'UTC')`,
  };
}

function isWithin({ from, to }: Range): string {
  return `window_start >= ${from} AND window_start < ${to}`;
}

function pairs(name: string): string {
  return `(SELECT arrayJoin(arrayZip({series_of_${name}:Array(String)},
    arrayMap(seconds -> toDateTime(seconds, 'UTC'), {${name}:Array(UInt32)}))))`;
}

/**
 * Every row says in which windows it counts: a touched minute, counted anew, in its minute, hour and day; the other minutes of
 * a touched hour in hour and day; the other hours of a touched day in the day. A touched minute that is stored counts as
 * zeros, which is what remains of it, or of one of its topics, when it lost its last document.
 */
function fromMinutes(touched: Touched, generation: number): string {
  const everywhere = "['1m', '1h', '1d']";
  const counted = recomputed('1m', `${eventsIn(MINUTES)} AND ${touched.mentions}`);
  const minutes = presentRollUps('1m', HOURS, touched.minutes);
  const hours = presentRollUps('1h', DAYS, touched.hours);
  const sums = SUM_COLUMNS.join(', ');
  const sumsOrZeros = SUM_COLUMNS.map((name) => `if(is_touched, 0, ${name})`).join(', ');
  return `INSERT INTO roll_ups (${COLUMNS}, generation)
    SELECT counts_in, series, topic,
      multiIf(counts_in = '1m', window_start, counts_in = '1h', toStartOfHour(window_start), toStartOfDay(window_start)) AS start,
      ${SUMS_OF_SUMS}, ${generation}
    FROM (
      SELECT ${everywhere} AS windows, series, topic, window_start, ${sums} FROM (${counted})
      UNION ALL
      SELECT if(${touched.isMinute} AS is_touched, ${everywhere}, ['1h', '1d']), series, topic, window_start, ${sumsOrZeros}
      FROM ${minutes}
      UNION ALL
      SELECT ['1d'], series, topic, window_start, ${sums} FROM ${hours} WHERE NOT (${touched.isHour})
    ) ARRAY JOIN windows AS counts_in
    GROUP BY counts_in, series, topic, start`;
}

/** Hours and days where the minutes are gone; what is stored of them counts as zeros, as above. */
function fromMentions(generation: number): string {
  const zeros = SUM_COLUMNS.map((name) => `0 AS ${name}`).join(', ');
  const key = 'frequency, series, topic, window_start';
  const windows = (['hour', 'day'] as const).map((name) => {
    const frequency = WINDOWS[name];
    const range = rangeOf(name, frequency);
    const touched = `${ONE_OF_SERIES} AND (series, ${WINDOW_START[frequency]}) IN ${pairs(name)}`;
    const stored = presentRollUps(
      frequency,
      range,
      `${ONE_OF_SERIES} AND (series, window_start) IN ${pairs(name)}`,
    );
    return `SELECT * FROM (${recomputed(frequency, `${eventsIn(range)} AND ${touched}`)})
      UNION ALL SELECT '${frequency}' AS frequency, series, topic, window_start, ${zeros} FROM ${stored}`;
  });
  return `INSERT INTO roll_ups (${COLUMNS}, generation)
    SELECT ${key}, ${SUMS_OF_SUMS}, ${generation}
    FROM (${windows.join(' UNION ALL ')}) GROUP BY ${key}`;
}

function spanOf(touched: readonly TouchedWindow[]): number {
  const times = touched.map(({ time }) => time);
  return times.reduce((a, b) => Math.max(a, b), -Infinity) - times.reduce((a, b) => Math.min(a, b), Infinity);
}

function toParams(touched: readonly TouchedWindow[], isBlock: boolean): SqlParams {
  const times = touched.map(({ time }) => time);
  const first = times.reduce((a, b) => Math.min(a, b), Infinity);
  const last = times.reduce((a, b) => Math.max(a, b), -Infinity);
  const params: Record<string, unknown> = { series: [...new Set(touched.map(({ series }) => series))] };
  for (const [name, frequency] of Object.entries(WINDOWS)) {
    params[`first_${name}`] = windowStart(first, frequency) / 1_000;
    params[`last_${name}`] = windowStart(last, frequency) / 1_000;
    if (!isBlock) addPairs(params, name, touched, frequency);
  }
  return params;
}

function addPairs(
  params: Record<string, unknown>,
  name: string,
  touched: readonly TouchedWindow[],
  frequency: Frequency,
): void {
  const windows = new Map<string, readonly [string, number]>();
  for (const { series, time } of touched) {
    const start = windowStart(time, frequency) / 1_000;
    windows.set(`${start} ${series}`, [series, start]);
  }
  params[`series_of_${name}`] = [...windows.values()].map(([series]) => series);
  params[name] = [...windows.values()].map(([, start]) => start);
}
