import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';
import {
  BellwetherError,
  ConfigError,
  InvariantError,
  RejectedError,
  TimeoutError,
  UnavailableError,
} from '../core/errors.js';
import { bindValues } from './bind-values.js';
import { INSERT_BLOCKS, withEngineSettings } from './engine-settings.js';
import { letCrashesEndTheProcess } from './native-crashes.js';

type ClientConnection = NonNullable<NonNullable<Parameters<typeof createClient>[0]>['connection']>;
export type SqlParams = Readonly<Record<string, unknown>>;
export type SqlRow = Readonly<Record<string, unknown>>;

/**
 * One connection to the engine. Statements are constants of ours; values from outside are named in them (`{name:Type}`) and
 * bound, or travel as JSON rows. A session of the embedded engine runs one statement after the other.
 */
export interface SqlSession {
  query<Row>(sql: string, params?: SqlParams): Promise<readonly Row[]>;
  command(sql: string, params?: SqlParams): Promise<void>;
  /** All rows or none. Rejects with RejectedError `unstorable` when a value in them cannot be stored. */
  insert(table: string, rows: readonly SqlRow[]): Promise<void>;
  close(): Promise<void>;
}

export type SqlReader = Pick<SqlSession, 'query'>;
export type SessionSettings = Readonly<Record<string, string | number>>;

const COMMON_SETTINGS: SessionSettings = {
  output_format_json_quote_64bit_integers: 0,
  input_format_skip_unknown_fields: 0,
  input_format_null_as_default: 0,
  // It remembers an answer for each condition and part; ours name ids and times that never come again: 30 MB an hour for nothing.
  use_query_condition_cache: 0,
  // Bound values are part of the statement: the ids of a large batch, the series of a long day.
  max_query_size: 64_000_000,
};
export const WRITER_SETTINGS: SessionSettings = {
  ...COMMON_SETTINGS,
  ...INSERT_BLOCKS,
  async_insert: 0,
  insert_deduplicate: 0,
  deduplicate_insert: 'disable',
  max_insert_threads: 1,
  // Batches are small; parsing them in parallel costs buffers of ten megabytes a thread and gains nothing.
  input_format_parallel_parsing: 0,
  // A tick's statements are small: handing work to a second thread costs more than it gains.
  max_threads: 1,
  // What a server's profile allows a person is too little for a roll-up of many days.
  max_execution_time: 0,
};
/** The monitor and the rules ask as long as it takes: what they do not learn would be asked again. */
export const LOOK_UP_SETTINGS: SessionSettings = {
  ...COMMON_SETTINGS,
  max_threads: 1,
  max_execution_time: 0,
};
const READER_LIMITS: SessionSettings = {
  ...COMMON_SETTINGS,
  max_threads: 1,
  max_execution_time: 10,
  max_memory_usage: 1_000_000_000,
};
export const READER_SETTINGS: SessionSettings = { ...READER_LIMITS, readonly: 1 };
/** On a server 1 would refuse the settings beside it. */
export const SERVER_READER_SETTINGS: SessionSettings = { ...READER_LIMITS, readonly: 2 };

/** Opens one connection on the data folder; several on the same folder live side by side within one process. */
export async function openSqlSession(path: string, settings: SessionSettings): Promise<SqlSession> {
  let client: ClickHouseClient;
  try {
    // Its types were not made for exactOptionalPropertyTypes; the shape is the client's own.
    const connect = () => createChdbConnection({ path }) as unknown as ClientConnection;
    client = withEngineSettings(path, () => createClient({ connection: connect() }));
    letCrashesEndTheProcess();
  } catch (error) {
    throw new ConfigError(
      'store_not_opened',
      `The analytics store in ${path} cannot be opened: ${messageOf(error)}. Is another service using the folder?`,
      { cause: error },
    );
  }
  const session = sessionOf(client, settings, (sql, params) => ({ query: bindValues(sql, params) }));
  // The adapter turns per-call settings into SET statements that stick, so everything is set here, once.
  for (const [name, value] of Object.entries(settings)) {
    await session.command(`SET ${name} = ${typeof value === 'string' ? `'${value}'` : value}`);
  }
  return session;
}

interface Statement {
  readonly query: string;
  readonly query_params?: Record<string, unknown>;
}
type Bind = (sql: string, params: SqlParams) => Statement;

/** A session over a client of the official library, with our errors; `bind` joins a statement with its values. */
export function sessionOf(
  client: ClickHouseClient,
  settings: SessionSettings,
  bind: Bind = (query, params) => ({ query, query_params: { ...params } }),
): SqlSession {
  const limited = Number(settings['max_execution_time'] ?? 0) > 0;
  const translated = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      throw toStoreError(error, limited);
    });
  const statement = (sql: string, params?: SqlParams): Statement =>
    params === undefined ? { query: sql } : bind(sql, params);
  return {
    query: async <Row>(sql: string, params?: SqlParams) =>
      translated(async () => {
        const result = await client.query({ ...statement(sql, params), format: 'JSONEachRow' });
        return result.json<Row>();
      }),
    command: (sql, params) =>
      translated(async () => {
        await client.command(statement(sql, params));
      }),
    insert: async (table, rows) => {
      if (rows.length === 0) return;
      await translated(() => client.insert({ table, values: rows, format: 'JSONEachRow' }));
    },
    close: () => client.close(),
  };
}

// A value in a row cannot be stored; the rows beside it can.
const DATA_ERRORS = new Set([6, 25, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 130, 131, 349, 469]);
// Statements of ours that the engine does not understand.
const BUGS = new Set([10, 16, 36, 42, 43, 44, 46, 47, 60, 62, 115, 164, 184, 215, 386, 456]);
const TOO_SLOW = 159;
const DISK_FULL = 243;
/** The engine has caught a crash of native code, its own or another's, and serves no more; only a new process does. */
const CRASHED = 236;

/**
 * What the engine threw, as one of our errors; only here is decided whether a retry can help. `limited`: the session has a limit
 * of time of its own, over which the same query would go again.
 */
export function toStoreError(error: unknown, limited: boolean): BellwetherError {
  if (error instanceof BellwetherError) return error;
  const message = messageOf(error).slice(0, 500);
  const code = engineCode(error);
  if (code === null) {
    return new UnavailableError('store_unavailable', `The analytics store does not answer: ${message}`, {
      cause: error,
      retriable: !message.includes('closed'),
    });
  }
  if (DATA_ERRORS.has(code)) {
    return new RejectedError('unstorable', `The store refuses a value: ${message}`, { cause: error });
  }
  if (BUGS.has(code)) {
    return new InvariantError('store_statement', `The store refuses a statement: ${message}`, {
      cause: error,
    });
  }
  if (code === CRASHED) {
    return new BellwetherError(
      'store_crashed',
      'Native code has crashed in this process, so it ends. Start it again: it continues where it was.',
      { cause: error },
    );
  }
  if (code === TOO_SLOW && !limited) {
    return new UnavailableError('store_too_slow', `The analytics store ended a statement: ${message}`, {
      cause: error,
      retriable: true,
    });
  }
  if (code === TOO_SLOW) {
    return new TimeoutError('query_too_slow', 'The query ran over its time limit; ask for a shorter range.', {
      cause: error,
    });
  }
  if (code === DISK_FULL) {
    return new UnavailableError(
      'store_full',
      'The disk of the analytics store is full; make room and it goes on.',
      { cause: error, retriable: true },
    );
  }
  return new UnavailableError('store_unavailable', `The analytics store failed: ${message}`, {
    cause: error,
    retriable: true,
  });
}

/** The engine's number of the error. By shape, as client and adapter each bring an error class of their own. */
function engineCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const code = Number(error.code);
  return Number.isInteger(code) ? code : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
