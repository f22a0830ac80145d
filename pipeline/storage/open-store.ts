import { mkdir } from 'node:fs/promises';
import { drainPending } from 'chdb';

import type { Clock } from '../core/clock.js';
import type { World } from '../core/document.js';
import { ConfigError, UnavailableError } from '../core/errors.js';
import type {
  AlertStore,
  HistoryReader,
  MonitorStore,
  QueryStore,
  StoreCounts,
  StoreIdentity,
} from '../core/store.js';
import type { Logger } from '../telemetry/logger.js';
import * as alertEvents from './alert-events.js';
import { BatchWriter } from './batch-writer.js';
import { createDeadLetterStore, type DeadLetterStore } from './dead-letters.js';
import { StoreHistory } from './history-reader.js';
import { migrate, MIGRATIONS } from './migrate.js';
import { queryCounts } from './queries/counts.js';
import { queryDocuments } from './queries/documents.js';
import { querySeries, querySummaries } from './queries/series.js';
import { queryDocument, queryExtent } from './queries/stored-documents.js';
import { ReadPool } from './read-pool.js';
import { RollUps } from './roll-up.js';
import { openSqlSession, READER_SETTINGS, WRITER_SETTINGS, type SqlSession } from './sql-session.js';
import { StoreState } from './state.js';
import { findStories, findVersions } from './version-reader.js';

export interface StoreOptions {
  /** Folder of the store; made when missing. One process at a time may hold it. */
  readonly path: string;
  readonly world: World;
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** Everything the service keeps and asks, over one embedded engine. */
export interface Store extends MonitorStore, HistoryReader, AlertStore, QueryStore {
  readonly identity: StoreIdentity;
  /** Names of the migrations that this opening has applied, oldest first. */
  readonly migrations: readonly string[];
  readonly deadLetters: DeadLetterStore;
  /** How many versions became dead letters since the opening because the engine does not take them. */
  unstorable(): number;
  /** Reads every table; for `reconcile`. */
  counts(): Promise<StoreCounts>;
  /** Resolves when the engine answers, for the readiness check. */
  ping(): Promise<void>;
  /** Waits for what is under way, then lets the folder go. Calling it twice is harmless. */
  close(): Promise<void>;
}

const CONCURRENT_READS = 4;
const WAITING_READS = 64;
const EVALUATED_UNTIL = 'evaluated_until';

/**
 * Opens the analytics store of a data folder and brings its schema up to date.
 *
 * Writes and the monitor's own look-ups run one after the other on one connection; queries for people share four
 * read-only ones. Throws ConfigError `world_mismatch`, `schema_too_new` or `store_not_opened`.
 */
export async function openStore({ path, world, clock, logger }: StoreOptions): Promise<Store> {
  await mkdir(path, { recursive: true });
  const writer = await openSqlSession(path, WRITER_SETTINGS);
  try {
    const migrations = await migrate(writer, clock.now());
    // The first schema of a new store is no news.
    if (migrations.length > 0 && migrations.length < MIGRATIONS.length) {
      logger?.info('The store has a new schema.', { migrations });
    }
    const state = await StoreState.open(writer);
    await claimWorld(state, world);
    const rollUps = await RollUps.open(writer);
    const sessions = [];
    for (let n = 0; n < CONCURRENT_READS; n += 1) sessions.push(await openSqlSession(path, READER_SETTINGS));
    const readers = new ReadPool(sessions, WAITING_READS);
    const identity = { world, schemaVersion: Math.max(...MIGRATIONS.map(({ version }) => version)) };
    return assemble({ writer, readers, state, rollUps, clock, identity, migrations });
  } catch (error) {
    await writer.close();
    await drainPending();
    throw error;
  }
}

interface Parts {
  readonly writer: SqlSession;
  readonly readers: ReadPool;
  readonly state: StoreState;
  readonly rollUps: RollUps;
  readonly clock: Clock;
  readonly identity: StoreIdentity;
  readonly migrations: readonly string[];
}

function assemble({ writer, readers, state, rollUps, clock, identity, migrations }: Parts): Store {
  const batches = new BatchWriter(writer, () => clock.now());
  const history = new StoreHistory(writer);
  const work = new OpenWork();
  const inOrder = work.inOrder.bind(work);
  const letters = createDeadLetterStore(writer);
  const anytime = work.anytime.bind(work);
  return {
    identity,
    migrations,
    findVersions: (ids) => anytime(() => findVersions(writer, ids)),
    findStories: (ids, stretch) => anytime(() => findStories(writer, ids, stretch)),
    write: (batch) => inOrder(() => batches.write(batch)),
    rollUp: (touched) => inOrder(() => rollUps.recompute(touched)),
    activeSeries: (from, to) => anytime(() => history.activeSeries(from, to)),
    hours: (series, from, to) => anytime(() => history.hours(series, from, to)),
    evidence: (series, from, to, limit) => anytime(() => history.evidence(series, from, to, limit)),
    firstDocumentAt: () => anytime(() => history.firstDocumentAt()),
    appendEvents: (events) => inOrder(() => alertEvents.appendEvents(writer, events)),
    openEvents: () => anytime(() => alertEvents.openEvents(writer)),
    readEvaluatedUntil: () =>
      anytime(async () => {
        const value = await state.read(EVALUATED_UNTIL);
        return value === null ? null : Number(value);
      }),
    writeEvaluatedUntil: (time) => inOrder(() => state.write(EVALUATED_UNTIL, String(time))),
    series: (query) => anytime(() => querySeries(readers, query)),
    summaries: (from, to, limit) => anytime(() => querySummaries(readers, from, to, limit)),
    documents: (query) => anytime(() => queryDocuments(readers, query)),
    document: (id, asOf) => anytime(() => queryDocument(readers, id, asOf)),
    alerts: (options) => anytime(() => alertEvents.queryAlerts(readers, options)),
    alert: (id) => anytime(() => alertEvents.queryAlert(readers, id)),
    extent: () => anytime(() => queryExtent(readers)),
    // Not a reader's: a recomputation of everything may take longer than a person's query.
    counts: () => inOrder(() => queryCounts(writer)),
    deadLetters: {
      list: (filter) => inOrder(() => letters.list(filter)),
      read: (raw) => inOrder(() => letters.read(raw)),
      mark: (mark) => inOrder(() => letters.mark(mark)),
      drop: (dropped, at) => inOrder(() => letters.drop(dropped, at)),
    },
    unstorable: () => batches.unstorable,
    ping: () => anytime(() => readers.query('SELECT 1').then(() => undefined)),
    close: () =>
      work.close(async () => {
        await readers.close();
        await writer.close();
        // The engine lets the folder go only when its last operation is over.
        await drainPending();
      }),
  };
}

async function claimWorld(state: StoreState, world: World): Promise<void> {
  const held = await state.read('world');
  if (held === null) await state.write('world', world);
  else if (held !== world) {
    throw new ConfigError(
      'world_mismatch',
      `The data folder holds a ${held} world and cannot be used for ${world}. Choose another data folder.`,
    );
  }
}

/** Knows what is under way, so that the engine is never closed below it: that would end the whole process. */
class OpenWork {
  #last: Promise<unknown> = Promise.resolve();
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;

  /** Runs after everything that was asked for in order before, whether that failed or not. */
  inOrder<T>(work: () => Promise<T>): Promise<T> {
    return this.anytime(() => {
      const next = this.#last.then(work, work);
      this.#last = next.catch(() => undefined);
      return next;
    });
  }

  anytime<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== null) {
      return Promise.reject(new UnavailableError('store_closed', 'The analytics store is closed.'));
    }
    const running = work();
    this.#running.add(running);
    const forget = () => this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  close(release: () => Promise<void>): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#running).then(release);
    return this.#closing;
  }
}
