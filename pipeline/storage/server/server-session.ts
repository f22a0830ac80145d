import { readFile } from 'node:fs/promises';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';

import { ConfigError } from '../../core/errors.js';
import { type SessionSettings, type SqlReader, type SqlSession, sessionOf } from '../sql-session.js';

/** A ClickHouse server, as the configuration names it. */
export interface StoreServer {
  readonly url: string;
  readonly database: string;
  readonly user: string;
  readonly password: { reveal(): string } | null;
  /** PEM; null: the system's authorities. */
  readonly caFile: string | null;
  /** Replicated tables on this cluster, or null for plain tables on one server. */
  readonly cluster: string | null;
}

/** Silence of the server after which a request has failed; what was asked for may still happen. */
const SILENCE_MS = 30_000;
/** A server that works on a long statement (a migration, a day's roll-up, the books) says so before the silence is one. */
const PROGRESS_MS = 10_000;
/** Each word of progress is a header of about 200 bytes: enough for an hour. */
const HEADER_BYTES = 131_072;
/** Below the usual keep-alive of a server, so that no request meets a socket that it just closed. */
const IDLE_SOCKET_MS = 2_500;

/**
 * What a write was confirmed for, every later read sees. The engine gives that only when quorum inserts of a table follow one
 * another; an insert that meets one that has no quorum yet fails (286) and is done again.
 */
export const CLUSTER_SETTINGS = {
  insert_quorum: 'auto',
  insert_quorum_parallel: 0,
  select_sequential_consistency: '1',
} as const;

export interface ServerSessionOptions {
  /** null speaks to the server without one, to make it. */
  readonly database?: string | null;
  readonly silenceMs?: number;
}

/** One client of a server. */
export async function openServerSession(
  server: StoreServer,
  settings: SessionSettings,
  { database = server.database, silenceMs = SILENCE_MS }: ServerSessionOptions = {},
): Promise<SqlSession> {
  const ca = server.caFile === null ? null : await readAuthority(server.caFile);
  const client: ClickHouseClient = createClient({
    url: server.url,
    username: server.user,
    password: server.password?.reveal() ?? '',
    ...(database === null ? {} : { database }),
    ...(ca === null ? {} : { tls: { ca_cert: ca } }),
    application: 'bellwether',
    // What fails reaches our own log, with what is done about it.
    log: { level: ClickHouseLogLevel.OFF },
    request_timeout: silenceMs,
    max_response_headers_size: HEADER_BYTES,
    max_open_connections: 4,
    keep_alive: { enabled: true, idle_socket_ttl: IDLE_SOCKET_MS, eagerly_destroy_stale_sockets: true },
    clickhouse_settings: {
      ...settings,
      // An answer comes when the work is done, and an error in the middle is an error.
      wait_end_of_query: 1,
      send_progress_in_http_headers: 1,
      http_headers_progress_interval_ms: String(PROGRESS_MS),
      ...(server.cluster === null ? {} : CLUSTER_SETTINGS),
    },
  });
  return sessionOf(client, settings);
}

/** The first version that knows every setting we send (`deduplicate_insert`). */
const LEAST_VERSION = [26, 2] as const;

/** Throws ConfigError `server_too_old`. The session must send no setting that an older server does not know. */
export async function requireVersion(session: SqlReader): Promise<void> {
  const [row] = await session.query<{ version: string }>('SELECT version() AS version');
  const version = row?.version ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor >= LEAST_VERSION[1])) return;
  throw new ConfigError(
    'server_too_old',
    `The ClickHouse server has version ${version.slice(0, 40)}; Bellwether needs ${LEAST_VERSION.join('.')} or later. Upgrade the server, or name another one in clickhouse.url.`,
  );
}

async function readAuthority(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new ConfigError(
      'store_not_opened',
      `clickhouse.caFile names ${file}, which cannot be read. Correct the path or its permissions.`,
      { cause: error },
    );
  }
}
