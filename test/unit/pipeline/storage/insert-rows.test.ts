import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError, RejectedError, UnavailableError } from '../../../../pipeline/core/errors.js';
import { insertRows, RECEIPTS } from '../../../../pipeline/storage/insert-rows.js';
import type { SqlRow, SqlSession } from '../../../../pipeline/storage/sql-session.js';

const row = (offset: number): SqlRow => ({ raw_partition: 0, raw_offset: offset });

/** A table in memory; `insert` may be told to fail. */
class MemoryTable implements SqlSession {
  readonly rows: SqlRow[] = [];
  inserts = 0;
  constructor(private readonly check: (rows: readonly SqlRow[], attempt: number) => Error | null) {}
  insert(_table: string, rows: readonly SqlRow[]): Promise<void> {
    this.inserts += 1;
    const error = this.check(rows, this.inserts);
    if (error !== null) return Promise.reject(error);
    this.rows.push(...rows);
    return Promise.resolve();
  }
  query<Row>(): Promise<readonly Row[]> {
    return Promise.resolve(this.rows.map((stored) => ({ key: RECEIPTS.keyOf(stored) })) as Row[]);
  }
  command = () => Promise.resolve();
  close = () => Promise.resolve();
}

describe('inserting rows', () => {
  it('finds exactly the rows that are refused, whichever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(99)), fc.set(fc.nat(99)), async (offsets, badOnes) => {
        const bad = new Set(badOnes);
        const table = new MemoryTable((rows) =>
          rows.some((each) => bad.has(Number(each['raw_offset'])))
            ? new RejectedError('unstorable', 'No.')
            : null,
        );
        const refused = await insertRows(table, RECEIPTS, offsets.map(row));
        const offsetOf = (each: SqlRow) => Number(each['raw_offset']);
        expect(refused.map((each) => offsetOf(each.row)).sort()).toEqual(
          offsets.filter((offset) => bad.has(offset)).sort(),
        );
        expect(table.rows.map(offsetOf).sort()).toEqual(offsets.filter((offset) => !bad.has(offset)).sort());
      }),
    );
  });

  it('tries once more what is missing when nobody knows whether the rows arrived', async () => {
    const gone = new UnavailableError('store_unavailable', 'Gone.', { retriable: true });
    const table = new MemoryTable((_rows, attempt) => (attempt === 1 ? gone : null));
    table.rows.push(row(1));
    expect(await insertRows(table, RECEIPTS, [row(1), row(2)])).toEqual([]);
    expect(table.rows).toEqual([row(1), row(2)]);
  });

  it('throws what a retry cannot help at once', async () => {
    const table = new MemoryTable(() => new InvariantError('bug', 'A bug.'));
    await expect(insertRows(table, RECEIPTS, [row(1)])).rejects.toMatchObject({ code: 'bug' });
    expect(table.inserts).toBe(1);
  });
});
