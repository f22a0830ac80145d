import { accountOf } from '../core/document.js';
import { FREQUENCY_MS, windowStart, type SeriesKey } from '../core/series.js';
import type { DocumentView, EvidenceRow, HistoryReader, HourBucket } from '../core/store.js';
import {
  JUDGED_OF_SUMS,
  presentMentions,
  presentRollUps,
  ROLL_UP_SUMS,
  timeParam,
  WINDOW_START,
} from './present.js';
import { queryVersions } from './queries/stored-documents.js';
import type { SqlReader } from './sql-session.js';

// Keeps one answer small enough that reading it never holds up the event loop: fifty series over four weeks.
const BUCKETS_PER_QUERY = 33_600;
const FOUR_WEEKS_HOURS = 672;

const IN_RANGE = `event_time >= ${timeParam('from')} AND event_time < ${timeParam('to')}`;
const RANGE = { from: timeParam('from'), to: timeParam('to') };

interface BucketRow extends HourBucket {
  readonly series: string;
}

interface EvidenceKey {
  readonly id: string;
  readonly version: number;
  readonly negative: number;
  readonly weight: number;
}

/** What detection reads: whole hours from the roll-ups, cut hours and documents from the mentions. */
export class StoreHistory implements HistoryReader {
  constructor(private readonly db: SqlReader) {}

  async activeSeries(from: number, to: number): Promise<readonly SeriesKey[]> {
    const active = new Set<SeriesKey>();
    for (const range of splitAtHours(from, to)) {
      const source = range.whole
        ? `${presentRollUps('1h', RANGE, "topic = ''")} WHERE documents > 0`
        : presentMentions(IN_RANGE);
      const rows = await this.db.query<{ series: string }>(`SELECT DISTINCT series FROM ${source}`, {
        from: range.from,
        to: range.to,
      });
      for (const { series } of rows) if (!series.startsWith('sector:')) active.add(series);
    }
    return [...active].sort();
  }

  async hours(
    series: readonly SeriesKey[],
    from: number,
    to: number,
  ): Promise<ReadonlyMap<SeriesKey, readonly HourBucket[]>> {
    const buckets = new Map<SeriesKey, HourBucket[]>(series.map((key) => [key, []]));
    for (const range of splitAtHours(from, to)) {
      const hours = Math.min(FOUR_WEEKS_HOURS, (range.to - range.from) / FREQUENCY_MS['1h']);
      const atOnce = Math.ceil(BUCKETS_PER_QUERY / hours);
      for (let first = 0; first < series.length; first += atOnce) {
        const some = series.slice(first, first + atOnce);
        for (const { series: key, ...bucket } of await this.#buckets(some, range)) {
          buckets.get(key)?.push(bucket);
        }
      }
    }
    return buckets;
  }

  #buckets(series: readonly SeriesKey[], { from, to, whole }: HourRange): Promise<readonly BucketRow[]> {
    const wanted = 'series IN {series:Array(String)}';
    const source = whole
      ? `${presentRollUps('1h', RANGE, `${wanted} AND topic = ''`)} WHERE documents > 0`
      : `(SELECT series, ${WINDOW_START['1h']} AS window_start, ${ROLL_UP_SUMS}
          FROM ${presentMentions(`${wanted} AND ${IN_RANGE}`)} GROUP BY series, window_start)`;
    return this.db.query<BucketRow>(
      `SELECT series, toInt64(toUnixTimestamp(window_start)) * 1000 AS start, documents, toUInt64(${JUDGED_OF_SUMS}) AS judged, stories,
         weight_sum AS weight, negative_weight_sum AS negativeWeight, polarity_sum AS polaritySum
       FROM ${source} ORDER BY series, start`,
      { series, from, to },
    );
  }

  async evidence(
    series: SeriesKey,
    from: number,
    to: number,
    limit: number,
  ): Promise<readonly EvidenceRow[]> {
    const strongest = await this.db.query<EvidenceKey>(
      `SELECT doc_id AS id, version, negative, weight FROM (
         SELECT doc_id, version, event_time, negative, weight, story_id
         FROM ${presentMentions(`series = {series:String} AND ${IN_RANGE}`)} WHERE weight > 0
         ORDER BY weight * negative DESC, event_time, doc_id LIMIT 1 BY story_id
       ) ORDER BY weight * negative DESC, event_time, doc_id LIMIT {limit:UInt32}`,
      { series, from, to, limit },
    );
    const documents = new Map((await queryVersions(this.db, strongest)).map((view) => [view.id, view]));
    return strongest.flatMap((key) => {
      const document = documents.get(key.id);
      return document === undefined ? [] : [toEvidence(document, key, series)];
    });
  }

  async firstDocumentAt(): Promise<number | null> {
    const [row] = await this.db.query<{ first: number; documents: number }>(
      'SELECT toUnixTimestamp64Milli(min(published_at)) AS first, count() AS documents FROM documents',
    );
    return row === undefined || row.documents === 0 ? null : row.first;
  }
}

function toEvidence(document: DocumentView, key: EvidenceKey, series: SeriesKey): EvidenceRow {
  return {
    id: document.id,
    title: document.title,
    text: document.text,
    language: document.language,
    url: document.url,
    source: document.source.name,
    account: accountOf(document),
    ...(document.certainty === undefined ? {} : { certainty: document.certainty }),
    ...(document.ruled === undefined ? {} : { rules: document.ruled.rules }),
    publishedAt: document.publishedAt,
    negative: key.negative,
    weight: key.weight,
    spans: document.mentions.find(({ instrument }) => instrument === series)?.spans ?? [],
  };
}

interface HourRange {
  readonly from: number;
  readonly to: number;
  /** True when the range starts and ends on an hour, so that roll-ups hold it. */
  readonly whole: boolean;
}

/** Cuts [from, to) into a cut hour, whole hours and a cut hour; what is empty is left out. */
export function splitAtHours(from: number, to: number): readonly HourRange[] {
  const firstWhole = windowStart(from + FREQUENCY_MS['1h'] - 1, '1h');
  const endOfWhole = windowStart(to, '1h');
  if (firstWhole > endOfWhole) return from < to ? [{ from, to, whole: false }] : [];
  const ranges = [
    { from, to: firstWhole, whole: false },
    { from: firstWhole, to: endOfWhole, whole: true },
    { from: endOfWhole, to, whole: false },
  ];
  return ranges.filter((range) => range.from < range.to);
}
