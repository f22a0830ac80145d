import { randomUUID } from 'node:crypto';

import { systemClock, type Clock } from '../../core/clock.js';
import { BellwetherError, UnavailableError } from '../../core/errors.js';
import type { SqlReader, SqlSession } from '../sql-session.js';
import { clusterStatement } from './cluster-statement.js';

const BEAT_MS = 2_000;
const LOOK_MS = 1_000;
/** Somebody of whom nothing was heard for five beats is gone. */
const QUIET_LOOKS = 10;
const PREFIX = 'schema_lock_';
const RELEASED = 'released';

/** The right to change the schema of a server, which one process has at a time. */
export interface SchemaLock {
  /** Throws UnavailableError `schema_busy` when another has taken this process for dead and goes on in its place. */
  require(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the lock, or throws retriable UnavailableError `schema_busy` while another process has it.
 *
 * A server has no locks to give, but CREATE TABLE succeeds once: whoever makes the table with the next number holds it, its
 * comment says who that is, and a row every two seconds that they live. Of a holder that was killed no rows come, and the
 * next number is free after ten seconds: numbers only rise, so that a late one cannot take what is not there any more.
 * One empty table stays.
 */
export async function takeSchemaLock(
  db: SqlSession,
  { clock, cluster }: { readonly clock: Clock; readonly cluster: string | null },
): Promise<SchemaLock> {
  const before = newestOf(await readLocks(db));
  const free = before === null || before.holder === RELEASED;
  if (!free && !(await staysQuiet(async () => JSON.stringify(newestOf(await readLocks(db))), clock)))
    throw busy();
  const number = (before?.number ?? 0) + 1;
  const holder = randomUUID();
  const table = `${PREFIX}${number}`;
  await make(db, table, holder, cluster);
  await dropBelow(db, number, cluster);
  const require = async () => {
    if (newestOf(await readLocks(db))?.holder !== holder) throw busy();
  };
  const stopBeating = beat(db, table);
  return {
    require,
    async release() {
      await stopBeating();
      const statement = `ALTER TABLE ${table} MODIFY COMMENT '${RELEASED}'`;
      // Whoever comes next drops it, or waits until it looks dead.
      await db.command(clusterStatement(statement, cluster)).catch(passOver);
    },
  };
}

/** Asks once a second whether `look` answers something else than at first; true when it did not for ten seconds. */
export async function staysQuiet(look: () => Promise<string>, clock: Clock): Promise<boolean> {
  const first = await look();
  for (let n = 0; n < QUIET_LOOKS; n += 1) {
    await clock.sleep(LOOK_MS);
    if ((await look()) !== first) return false;
  }
  return true;
}

interface Lock {
  readonly number: number;
  readonly holder: string;
  readonly beats: number;
}

async function readLocks(db: SqlReader): Promise<readonly Lock[]> {
  return db.query<Lock>(
    `SELECT toUInt32OrZero(substring(name, ${PREFIX.length + 1})) AS number, comment AS holder, toUInt32(ifNull(total_rows, 0)) AS beats
     FROM system.tables WHERE database = currentDatabase() AND startsWith(name, '${PREFIX}')`,
  );
}

function newestOf(locks: readonly Lock[]): Lock | null {
  return locks.reduce<Lock | null>((a, b) => (a === null || b.number > a.number ? b : a), null);
}

/** An answer that was lost, or an error of one node of many, says nothing: the table itself says whose it is. */
async function make(db: SqlSession, table: string, holder: string, cluster: string | null): Promise<void> {
  const statement = `CREATE TABLE ${table} (beat DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY beat COMMENT '${holder}'`;
  let failure: BellwetherError | null = null;
  try {
    await db.command(clusterStatement(statement, cluster));
  } catch (error) {
    if (!(error instanceof BellwetherError)) throw error;
    failure = error;
  }
  const newest = newestOf(await readLocks(db));
  if (newest?.holder === holder) return;
  const isThere = newest !== null && newest.number >= Number(table.slice(PREFIX.length));
  throw failure === null || isThere ? busy() : failure;
}

async function dropBelow(db: SqlSession, number: number, cluster: string | null): Promise<void> {
  for (const lock of (await readLocks(db)).filter((one) => one.number < number))
    await db.command(clusterStatement(`DROP TABLE IF EXISTS ${PREFIX}${lock.number} SYNC`, cluster));
}

/** Until the returned function is called. By the machine's own time, as others listen. */
function beat(db: SqlSession, table: string): () => Promise<void> {
  const end = new AbortController();
  const beating = (async () => {
    for (;;) {
      await systemClock.sleep(BEAT_MS, end.signal);
      if (end.signal.aborted) return;
      await db.command(`INSERT INTO ${table} VALUES (now())`).catch(passOver);
    }
  })();
  return () => {
    end.abort();
    return beating;
  };
}

/** A word that is lost makes the holder look dead sooner, no more; what it does is checked by itself. */
function passOver(error: unknown): void {
  if (!(error instanceof BellwetherError)) throw error;
}

function busy(): UnavailableError {
  return new UnavailableError(
    'schema_busy',
    'Another process is bringing the schema of the store up to date; this one goes on when that is done. Should it end before, start it again.',
    { retriable: true },
  );
}
