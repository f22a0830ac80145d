import { RejectedError } from '../../core/errors.js';
import { FREQUENCY_MS } from '../../core/series.js';
import type { DocumentQuery, DocumentView, Page } from '../../core/store.js';
import { presentMentions, timeParam } from '../present.js';
import type { SqlReader } from '../sql-session.js';
import { queryVersions, type VersionKey } from './stored-documents.js';

/** The place of a row in the order of the list; the next page starts after it. */
interface Place {
  readonly id: string;
  readonly time: number;
  readonly negative: number;
}

interface ListedRow extends Place, VersionKey {}

const MAX_LIMIT = 500;
const ORDERS = {
  newest: 'event_time DESC, doc_id DESC',
  most_negative: 'negative DESC, event_time DESC, doc_id DESC',
} as const;
const AFTER = {
  newest: `(event_time, doc_id) < (${timeParam('afterTime')}, {afterId:String})`,
  most_negative: `(negative, event_time, doc_id) < ({afterNegative:Float64}, ${timeParam('afterTime')}, {afterId:String})`,
} as const;

/**
 * One page of the documents that count for a series, each in the version that counts. Pages neither repeat nor skip
 * a document while nothing is written in between, and with `asOf` never.
 *
 * Throws RejectedError `invalid_cursor` for a cursor that is none of ours.
 */
export async function queryDocuments(db: SqlReader, query: DocumentQuery): Promise<Page<DocumentView>> {
  const limit = Math.min(Math.max(1, Math.trunc(query.limit)), MAX_LIMIT);
  const after = query.cursor === null ? null : parseCursor(query.cursor);
  const rows = await queryPage(db, query, { after, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: await queryVersions(db, page, query.asOf),
    nextCursor: rows.length > limit && last !== undefined ? toCursor(last) : null,
  };
}

/** The newest documents are looked for in the last day first, then in ever longer stretches, so that a year costs no more than a day. */
async function queryPage(
  db: SqlReader,
  query: DocumentQuery,
  { after, limit }: { readonly after: Place | null; readonly limit: number },
): Promise<readonly ListedRow[]> {
  const newest = query.order === 'newest';
  const to = newest && after !== null ? Math.min(query.to, after.time + 1) : query.to;
  const sql = pageSql(query, after !== null);
  for (let stretch = newest ? FREQUENCY_MS['1d'] : Infinity; ; stretch *= 8) {
    const from = Math.max(query.from, to - stretch);
    const rows = await db.query<ListedRow>(sql, {
      series: query.series,
      topic: query.topic ?? '',
      from,
      to,
      asOf: query.asOf ?? 0,
      minRelevance: query.minRelevance,
      afterId: after?.id ?? '',
      afterTime: after?.time ?? 0,
      afterNegative: after?.negative ?? 0,
      limit,
    });
    if (rows.length === limit || from === query.from) return rows;
  }
}

function pageSql(query: DocumentQuery, continues: boolean): string {
  const known = query.asOf === null ? '' : `AND known_at <= ${timeParam('asOf')}`;
  const mentions = presentMentions(
    `series = {series:String} AND event_time >= ${timeParam('from')} AND event_time < ${timeParam('to')} ${known}`,
  );
  const filters = ['relevance >= {minRelevance:Float64}'];
  if (query.topic !== null) filters.push('has(topics, {topic:String})');
  if (continues) filters.push(AFTER[query.order]);
  return `SELECT doc_id AS id, version, toUnixTimestamp64Milli(event_time) AS time, negative
    FROM ${mentions} WHERE ${filters.join(' AND ')} ORDER BY ${ORDERS[query.order]} LIMIT {limit:UInt32}`;
}

function toCursor({ id, time, negative }: Place): string {
  return Buffer.from(JSON.stringify([id, time, negative]), 'utf8').toString('base64url');
}

function parseCursor(cursor: string): Place {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(value)) {
      const [id, time, negative] = value as readonly unknown[];
      if (typeof id === 'string' && Number.isSafeInteger(time) && typeof negative === 'number') {
        return { id, time: Number(time), negative };
      }
    }
  } catch (error) {
    throw invalidCursor(error);
  }
  throw invalidCursor();
}

function invalidCursor(cause?: unknown): RejectedError {
  return new RejectedError('invalid_cursor', 'The cursor is not one of ours; start again without one.', {
    cause,
  });
}
