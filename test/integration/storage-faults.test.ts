import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UnavailableError } from '../../pipeline/core/errors.js';
import { BatchWriter } from '../../pipeline/storage/batch-writer.js';
import { Generations } from '../../pipeline/storage/generations.js';
import { migrate, MIGRATIONS } from '../../pipeline/storage/migrate.js';
import { queryCounts } from '../../pipeline/storage/queries/counts.js';
import { RollUps } from '../../pipeline/storage/roll-up.js';
import {
  openSqlSession,
  READER_SETTINGS,
  WRITER_SETTINGS,
  type SqlSession,
} from '../../pipeline/storage/sql-session.js';
import { BASE, batchOf, makeVersion, touchedBy } from '../support/store.js';

const path = mkdtempSync(join(tmpdir(), 'bellwether-faults-'));
const TABLES = ['documents', 'mentions', 'dead_letters', 'receipts'];
let db: SqlSession;
let offset = 0;

beforeAll(async () => {
  db = await openSqlSession(path, WRITER_SETTINGS);
  await migrate(db, BASE);
  // So that every inserted row can be counted, repeats too.
  await db.command('SYSTEM STOP MERGES');
});
afterAll(async () => {
  await db.close();
  await rm(path, { recursive: true, force: true });
});

async function openRollUps(): Promise<RollUps> {
  const generations = new Generations(db);
  await generations.takeOver();
  return new RollUps(db, generations);
}

/** A batch with a document, a document that cannot be stored, and so a dead letter. */
function makeBatch(name: string) {
  const versions = ['a', 'b', 'c'].map((part) => {
    offset += 1;
    return makeVersion({ name: `${name} ${part}`, offset, text: part === 'c' ? '\ud800' : 'Words.' });
  });
  return { batch: batchOf(...versions), touched: touchedBy(...versions) };
}

interface Fault {
  readonly table: string;
  readonly moment: 'before' | 'after';
  /** `once`: this insert alone fails. `crash`: nothing answers from then on. */
  readonly kind: 'once' | 'crash';
}

/** The session, failing at the first insert into the table, before its rows arrive or after. */
function failing({ table, moment, kind }: Fault): SqlSession {
  let met = false;
  const gone = () => new UnavailableError('store_unavailable', 'The engine is gone.', { retriable: true });
  return {
    ...db,
    query: (sql, params) => (met && kind === 'crash' ? Promise.reject(gone()) : db.query(sql, params)),
    insert: async (into, rows) => {
      const fails = met ? kind === 'crash' : into === table;
      if (!fails) return db.insert(into, rows);
      if (!met && moment === 'after') await db.insert(into, rows);
      met = true;
      throw gone();
    },
  };
}

async function rawRows(): Promise<readonly number[]> {
  const counts = TABLES.map((table) => db.query<{ n: number }>(`SELECT count() AS n FROM ${table}`));
  return (await Promise.all(counts)).map(([row]) => row?.n ?? 0);
}

for (const moment of ['before', 'after'] as const) {
  for (const table of TABLES) {
    it(`inserts nothing twice when ${table} fails ${moment} its rows arrived`, async () => {
      const { batch } = makeBatch(`once ${moment} ${table}`);
      const start = await rawRows();
      await new BatchWriter(failing({ table, moment, kind: 'once' }), () => BASE).write(batch);
      expect((await rawRows()).map((n, index) => n - (start[index] ?? 0))).toEqual([2, 4, 1, 3]);
    });

    it(`completes a batch that was cut off at ${table}, ${moment} its rows arrived`, async () => {
      const { batch, touched } = makeBatch(`cut ${moment} ${table}`);
      const start = await queryCounts(db);
      const crashed = new BatchWriter(failing({ table, moment, kind: 'crash' }), () => BASE);
      await expect(crashed.write(batch)).rejects.toMatchObject({ retriable: true });
      // A process that was started anew knows nothing of the first try; then everything is repeated once more.
      const writer = new BatchWriter(db, () => BASE);
      await writer.write(batch);
      await writer.write(batch);
      await (await openRollUps()).recompute(touched);
      const counts = await queryCounts(db);
      expect(counts.stored - start.stored).toBe(2);
      expect(counts.deadLettered - start.deadLettered).toBe(1);
      expect(counts.storedReceipts).toBe(counts.stored);
    });
  }
}

it('asks which rows are there before it repeats a batch that failed', async () => {
  const { batch } = makeBatch('again');
  const start = await rawRows();
  let down = true;
  const session: SqlSession = {
    ...db,
    insert: async (into, rows) => {
      if (into !== 'receipts' || !down) return db.insert(into, rows);
      throw new UnavailableError('store_unavailable', 'The engine is gone.', { retriable: true });
    },
  };
  const writer = new BatchWriter(session, () => BASE);
  await expect(writer.write(batch)).rejects.toMatchObject({ code: 'store_unavailable' });
  down = false;
  await writer.write(batch);
  expect((await rawRows()).map((n, index) => n - (start[index] ?? 0))).toEqual([2, 4, 1, 3]);
});

it('finds the one row that the engine refuses and stores its neighbours', async () => {
  const { batch } = makeBatch('refused');
  const start = await queryCounts(db);
  const session: SqlSession = {
    ...db,
    // A number where a text belongs is refused by the engine itself.
    insert: (into, rows) =>
      db.insert(
        into,
        rows.map((row) => (String(row['native_id']).endsWith('refused b') ? { ...row, series: 7 } : row)),
      ),
  };
  await new BatchWriter(session, () => BASE).write(batch);
  const counts = await queryCounts(db);
  expect(counts.stored - start.stored).toBe(1);
  expect(counts.deadLettered - start.deadLettered).toBe(2);
  expect(counts.storedReceipts).toBe(counts.stored);
});

it.each(['dead_letters', 'receipts'])(
  'ends when a row of %s is refused, instead of losing it',
  async (table) => {
    const { batch } = makeBatch(`refused in ${table}`);
    const session: SqlSession = {
      ...db,
      insert: (into, rows) =>
        db.insert(into, into === table ? rows.map((row) => ({ ...row, raw_partition: 'none' })) : rows),
    };
    await expect(new BatchWriter(session, () => BASE).write(batch)).rejects.toMatchObject({
      name: 'InvariantError',
      code: 'row_refused',
    });
    await new BatchWriter(db, () => BASE).write(batch);
  },
);

it('equals a recomputation after all windows were rolled up', async () => {
  await (
    await openRollUps()
  ).recompute([
    { series: 'market', time: BASE },
    { series: 'ACME.XNAS', time: BASE },
  ]);
  expect((await queryCounts(db)).rollUpDifferences).toBe(0);
  await db.command(
    "INSERT INTO roll_ups SELECT * REPLACE(documents + 1 AS documents, generation + 1 AS generation) FROM roll_ups FINAL WHERE frequency = '1h' AND topic = ''",
  );
  expect((await queryCounts(db)).rollUpDifferences).toBe(2);
});

it('goes on counting generations where the last run stopped, so that the newest recomputation counts', async () => {
  const rollUps = await openRollUps();
  await rollUps.recompute([
    { series: 'market', time: BASE },
    { series: 'ACME.XNAS', time: BASE },
  ]);
  expect((await queryCounts(db)).rollUpDifferences).toBe(0);
});

it('refuses a schema that is newer than the release', async () => {
  await expect(migrate(db, BASE, [])).rejects.toMatchObject({ code: 'schema_too_new' });
  expect(await migrate(db, BASE, MIGRATIONS)).toEqual([]);
});

it('keeps every value bound: neither a parameter nor a row is ever read as SQL', async () => {
  const hostile = [
    "x'; DROP TABLE receipts; --",
    "\\'; DROP TABLE receipts; --",
    '{x:Identifier}',
    '`',
    '\\',
  ];
  for (const text of hostile) {
    const [row] = await db.query<{ text: string }>('SELECT {text:String} AS text', { text });
    expect(row?.text).toBe(text);
    const [list] = await db.query<{ texts: string[] }>('SELECT {texts:Array(String)} AS texts', {
      texts: [text, text],
    });
    expect(list?.texts).toEqual([text, text]);
  }
  expect((await queryCounts(db)).stored).toBeGreaterThan(0);
});

it('answers one query while another one of a different connection is slow, values or not', async () => {
  const reader = await openSqlSession(path, READER_SETTINGS);
  const order: string[] = [];
  const slow = reader.query('SELECT sleep({seconds:UInt8})', { seconds: 1 }).then(() => order.push('slow'));
  await db.query('SELECT {text:String} AS text', { text: 'at once' }).then(() => order.push('quick'));
  await slow;
  await reader.close();
  expect(order).toEqual(['quick', 'slow']);
});

it('gives readers a connection that cannot write, whatever the statement', async () => {
  const reader = await openSqlSession(path, READER_SETTINGS);
  await expect(reader.insert('state', [{ key: 'a', value: 'b', generation: 1 }])).rejects.toThrow();
  await expect(reader.command('DROP TABLE receipts')).rejects.toThrow();
  await expect(reader.command('SET readonly = 0')).rejects.toThrow();
  await reader.close();
});

it('says that a query was too slow, and that a statement is wrong, as different errors', async () => {
  const hasty = await openSqlSession(path, { max_execution_time: 0.2 });
  await expect(
    hasty.query('SELECT count() FROM numbers(100000000000) WHERE NOT ignore(sipHash64(number))'),
  ).rejects.toMatchObject({ name: 'TimeoutError', code: 'query_too_slow' });
  await expect(hasty.query('SELECT nothing_of_that_name')).rejects.toMatchObject({ name: 'InvariantError' });
  await hasty.close();
});
