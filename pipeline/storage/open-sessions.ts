import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { drainPending } from 'chdb';

import { ReadPool } from './read-pool.js';
import { clusterStatement } from './server/cluster-statement.js';
import { openServerSession, requireVersion, type StoreServer } from './server/server-session.js';
import {
  LOOK_UP_SETTINGS,
  openSqlSession,
  READER_SETTINGS,
  SERVER_READER_SETTINGS,
  WRITER_SETTINGS,
  type SqlSession,
} from './sql-session.js';

/** A folder, made when missing, that one process at a time may hold; or a server. */
export type StorePlace = { readonly path: string } | { readonly server: StoreServer };

/** The connections of one store. */
export interface StoreSessions {
  readonly embedded: boolean;
  /** Of a replicated server, else null. */
  readonly cluster: string | null;
  /** All that changes something, one statement after the other. */
  readonly writer: SqlSession;
  /** What the monitor and the rules ask, without the limits of people's queries: the next batch does not wait for a roll-up. */
  readonly lookUps: ReadPool;
  /** What people ask. */
  readonly readers: ReadPool;
  /** One document, story or alert: they never wait behind somebody's year of hours. */
  readonly quickReaders: ReadPool;
  /** Whether the engine answers does not depend on what people have asked it. */
  readonly pinger: ReadPool;
  /** To be called when nothing is under way any more. */
  close(): Promise<void>;
}

// More than two heavy queries at a time leave the flow too little of a small machine.
const READERS = Math.min(4, Math.max(2, availableParallelism() - 1));
const QUICK_READERS = 2;
const LOOK_UPS = 2;
const MAX_WAITING = 64;

/** Throws ConfigError `server_too_old` or `store_not_opened`. */
export async function openSessions(place: StorePlace, readOnly: boolean): Promise<StoreSessions> {
  const kinds = 'path' in place ? await inFolder(place.path) : await onServer(place.server, readOnly);
  const { openWriter, openReader, openLookUp, ...where } = kinds;
  const opened: SqlSession[] = [];
  const close = async () => {
    for (const session of opened) await session.close();
    // The engine lets the folder go only when its last operation is over.
    if (where.embedded) await drainPending();
  };
  const openAll = async (size: number, open: () => Promise<SqlSession>) => {
    const sessions: SqlSession[] = [];
    for (let n = 0; n < size; n += 1) sessions.push(await open());
    opened.push(...sessions);
    return sessions;
  };
  try {
    const [writer] = (await openAll(1, openWriter)) as [SqlSession];
    return {
      ...where,
      writer,
      lookUps: new ReadPool(await openAll(LOOK_UPS, openLookUp), Infinity),
      readers: new ReadPool(await openAll(READERS, openReader), MAX_WAITING),
      quickReaders: new ReadPool(await openAll(QUICK_READERS, openReader), MAX_WAITING),
      pinger: new ReadPool(await openAll(1, openReader), MAX_WAITING),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Open = () => Promise<SqlSession>;
type Kinds = Pick<StoreSessions, 'embedded' | 'cluster'> &
  Readonly<Record<'openWriter' | 'openReader' | 'openLookUp', Open>>;

async function inFolder(path: string): Promise<Kinds> {
  await mkdir(path, { recursive: true });
  return {
    embedded: true,
    cluster: null,
    openWriter: () => openSqlSession(path, WRITER_SETTINGS),
    openReader: () => openSqlSession(path, READER_SETTINGS),
    openLookUp: () => openSqlSession(path, { ...LOOK_UP_SETTINGS, readonly: 1 }),
  };
}

async function onServer(server: StoreServer, readOnly: boolean): Promise<Kinds> {
  await prepareServer(server, readOnly);
  const openReader = () => openServerSession(server, SERVER_READER_SETTINGS);
  return {
    embedded: false,
    cluster: server.cluster,
    openWriter: readOnly ? openReader : () => openServerSession(server, WRITER_SETTINGS),
    openReader,
    openLookUp: () => openServerSession(server, { ...LOOK_UP_SETTINGS, readonly: 2 }),
  };
}

/** Sees to it that the server is one we can speak to, and for a writer that its database is there. */
async function prepareServer(server: StoreServer, readOnly: boolean): Promise<void> {
  const session = await openServerSession(server, {}, { database: null });
  try {
    await requireVersion(session);
    if (readOnly) return;
    await session.command(
      clusterStatement(`CREATE DATABASE IF NOT EXISTS ${server.database}`, server.cluster),
    );
  } finally {
    await session.close();
  }
}
