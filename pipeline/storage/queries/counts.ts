import type { LogPosition } from '../../core/document.js';
import { FREQUENCIES, type Frequency } from '../../core/series.js';
import type { StoreCounts } from '../../core/store.js';
import { recomputed } from '../roll-up.js';
import { timeParam } from '../present.js';
import type { KeptWindows } from '../retention.js';
import type { SqlReader } from '../sql-session.js';

/** The store's side of the books, read from the tables themselves; takes time in proportion to all that is stored. */
export async function queryCounts(
  db: SqlReader,
  below: readonly LogPosition[] | null = null,
  { closedBefore, minutesFrom }: KeptWindows = { closedBefore: 0, minutesFrom: 0 },
): Promise<StoreCounts> {
  const asked =
    below === null
      ? '1'
      : 'raw_offset < transform(raw_partition, {partitions:Array(UInt32)}, {offsets:Array(UInt64)}, toUInt64(0))';
  const [row] = await db.query<Omit<StoreCounts, 'rollUpDifferences'>>(
    `SELECT
       (SELECT uniqExact(id, version) FROM documents WHERE ${asked}) AS stored,
       (SELECT count() FROM dead_letters FINAL WHERE ${asked} AND (raw_partition, raw_offset) NOT IN (
          SELECT raw_partition, raw_offset FROM receipts FINAL WHERE outcome != 'dead-letter'
        )) AS deadLettered,
       countIf(outcome = 'duplicate') AS duplicates,
       countIf(outcome = 'drop') AS dropped,
       countIf(outcome IN ('erased', 'expired')) AS erased,
       countIf(outcome = 'expired') AS expired,
       countIf(outcome = 'stored') AS storedReceipts
     FROM receipts FINAL WHERE ${asked}`,
    below === null
      ? {}
      : {
          partitions: below.map(({ partition }) => partition),
          offsets: below.map(({ offset }) => offset),
        },
  );
  let rollUpDifferences = 0;
  for (const frequency of FREQUENCIES) {
    const from = frequency === '1m' ? Math.max(closedBefore, minutesFrom) : closedBefore;
    rollUpDifferences += await countDifferences(db, frequency, from);
  }
  return { ...NOTHING, ...row, rollUpDifferences };
}

const NOTHING = {
  stored: 0,
  deadLettered: 0,
  duplicates: 0,
  dropped: 0,
  erased: 0,
  expired: 0,
  storedReceipts: 0,
};

const COUNTS = ['documents', 'stories', 'classified_count'];
const SUMS = [
  'negative_sum',
  'neutral_sum',
  'positive_sum',
  'polarity_sum',
  'weight_sum',
  'negative_weight_sum',
];

/**
 * Windows that begin at `from` or later; the ones before are kept as they were. Sums may differ in the last digits, as they
 * are added in another order.
 */
async function countDifferences(db: SqlReader, frequency: Frequency, from: number): Promise<number> {
  const columns = ['series', 'topic', 'window_start', ...COUNTS, ...SUMS].join(', ');
  const differs = [
    ...COUNTS.map((name) => `sum(toInt64(${name}) * sign) != 0`),
    ...SUMS.map((name) => `abs(sum(${name} * sign)) > 1e-6 * (1 + max(abs(${name})))`),
  ].join(' OR ');
  const [row] = await db.query<{ differences: number }>(
    `SELECT count() AS differences FROM (
       SELECT series, topic, window_start FROM (
         SELECT ${columns}, 1 AS sign FROM roll_ups FINAL
         WHERE frequency = '${frequency}' AND window_start >= ${timeParam('from')}
         UNION ALL
         SELECT ${columns}, -1 AS sign FROM (${recomputed(frequency, `event_time >= ${timeParam('from')}`)})
       ) GROUP BY series, topic, window_start HAVING ${differs}
     )`,
    { from },
  );
  return row?.differences ?? 0;
}
