import { BellwetherError, RejectedError } from '../core/errors.js';
import type { SqlParams, SqlRow, SqlSession } from './sql-session.js';

/** What an idempotent insert must know of a table: its key, and how to ask which keys are there. */
export interface TableSpec {
  readonly table: string;
  keyOf(row: SqlRow): string;
  /** A constant SELECT of one column `key`, spelled as `keyOf` does, and its parameters. */
  readBack(rows: readonly SqlRow[]): { readonly sql: string; readonly params: SqlParams };
}

export const DOCUMENTS: TableSpec = {
  table: 'documents',
  keyOf: (row) => `${String(row['id'])} ${String(row['version'])}`,
  readBack: (rows) => ({
    sql: "SELECT concat(id, ' ', toString(version)) AS key FROM documents WHERE id IN {ids:Array(String)}",
    params: { ids: rows.map((row) => row['id']) },
  }),
};

export const MENTIONS: TableSpec = {
  table: 'mentions',
  keyOf: (row) =>
    ['doc_id', 'version', 'event_time', 'series', 'model_version', 'decided_by']
      .map((column) => String(row[column]))
      .join(' '),
  readBack: (rows) => ({
    sql: `SELECT concat(doc_id, ' ', toString(version), ' ', toString(toUnixTimestamp64Milli(event_time)), ' ', series, ' ', model_version,
        ' ', toString(decided_by)) AS key
      FROM mentions WHERE series IN {series:Array(String)} AND doc_id IN {ids:Array(String)}`,
    params: {
      series: [...new Set(rows.map((row) => row['series']))],
      ids: [...new Set(rows.map((row) => row['doc_id']))],
    },
  }),
};

export const RECEIPTS: TableSpec = byRawPosition('receipts');
export const DEAD_LETTERS: TableSpec = byRawPosition('dead_letters');

function byRawPosition(table: 'receipts' | 'dead_letters'): TableSpec {
  return {
    table,
    keyOf: (row) => `${String(row['raw_partition'])} ${String(row['raw_offset'])}`,
    readBack: (rows) => ({
      sql: `SELECT concat(toString(raw_partition), ' ', toString(raw_offset)) AS key FROM ${table}
        WHERE raw_partition IN {partitions:Array(UInt32)} AND raw_offset IN {offsets:Array(UInt64)}`,
      params: {
        partitions: [...new Set(rows.map((row) => row['raw_partition']))],
        offsets: rows.map((row) => row['raw_offset']),
      },
    }),
  };
}

export const ALERT_EVENTS: TableSpec = {
  table: 'alert_events',
  keyOf: (row) => `${String(row['alert_id'])} ${String(row['sequence'])}`,
  readBack: (rows) => ({
    sql: "SELECT concat(alert_id, ' ', toString(sequence)) AS key FROM alert_events WHERE alert_id IN {ids:Array(String)}",
    params: { ids: rows.map((row) => row['alert_id']) },
  }),
};

/** A row that the engine refuses, with its words. */
export interface RefusedRow {
  readonly row: SqlRow;
  readonly error: RejectedError;
}

/**
 * Inserts the rows and answers with those the engine refuses, found by halving.
 *
 * When it is unclear whether an insert arrived, asks which rows are there and inserts only the others, once; what
 * fails again is thrown, and may then be repeated as a whole.
 */
export async function insertRows(
  db: SqlSession,
  spec: TableSpec,
  rows: readonly SqlRow[],
): Promise<readonly RefusedRow[]> {
  if (rows.length === 0) return [];
  try {
    await db.insert(spec.table, rows);
    return [];
  } catch (error) {
    if (error instanceof RejectedError) return halve(db, spec, rows, error);
    if (!(error instanceof BellwetherError) || !error.retriable) throw error;
    const missing = await findMissing(db, spec, rows);
    await db.insert(spec.table, missing);
    return [];
  }
}

async function halve(
  db: SqlSession,
  spec: TableSpec,
  rows: readonly SqlRow[],
  error: RejectedError,
): Promise<readonly RefusedRow[]> {
  const [first] = rows;
  if (first !== undefined && rows.length === 1) return [{ row: first, error }];
  const middle = Math.ceil(rows.length / 2);
  const left = await insertRows(db, spec, rows.slice(0, middle));
  return [...left, ...(await insertRows(db, spec, rows.slice(middle)))];
}

/** The rows whose key is not in the table yet. */
export async function findMissing(
  db: SqlSession,
  spec: TableSpec,
  rows: readonly SqlRow[],
): Promise<readonly SqlRow[]> {
  if (rows.length === 0) return [];
  const { sql, params } = spec.readBack(rows);
  const present = new Set((await db.query<{ key: string }>(sql, params)).map(({ key }) => key));
  return rows.filter((row) => !present.has(spec.keyOf(row)));
}
