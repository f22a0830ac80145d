import type { Clock } from '../core/clock.js';
import type { LogPosition, World } from '../core/document.js';
import { ConfigError } from '../core/errors.js';
import type {
  AlertStore,
  HistoryReader,
  MonitorStore,
  QueryStore,
  StoreCounts,
  StoreIdentity,
  TouchedWindow,
} from '../core/store.js';
import type { Logger } from '../telemetry/logger.js';
import * as alertEvents from './alert-events.js';
import { BatchWriter } from './batch-writer.js';
import { createDeadLetterStore, lettersInOrder, type DeadLetterStore } from './dead-letters.js';
import { createErasureStore, type ErasureStore } from './erasure.js';
import { createFreezer, type FrozenStore } from './freeze-store.js';
import { StoreHistory } from './history-reader.js';
import { Generations } from './generations.js';
import { KnownWrites } from './known-writes.js';
import { createLabelStore, labelsInOrder, type LabelStore } from './labels.js';
import { migrate, migrateServer, MIGRATIONS, requireSchema } from './migrate.js';
import { queryCountedDocuments, type CountedPage, type CountedQuery } from './queries/counted-documents.js';
import { queryCounts } from './queries/counts.js';
import { queryDiff } from './queries/diff.js';
import { queryDocuments } from './queries/documents.js';
import {
  queryDriftCounts,
  queryUnknownWords,
  type DriftQuery,
  type DriftRow,
  type WordsQuery,
} from './queries/drift-counts.js';
import { querySeries, querySummaries } from './queries/series.js';
import { queryDocument, queryExtent } from './queries/stored-documents.js';
import { queryStoryMembers } from './queries/stories.js';
import { PendingWindows } from './pending-windows.js';
import { guarded, OpenWork, type Run } from './open-work.js';
import { openSessions, type StorePlace, type StoreSessions } from './open-sessions.js';
import { RowRemover } from './remove-rows.js';
import { createRescoreStore, type RescoreStore } from './rescore.js';
import { createRetentionStore, WindowLimits, type RetentionStore } from './retention.js';
import { RollUps } from './roll-up.js';
import { createShadowStore, shadowInOrder, type ShadowStore } from './shadow-scores.js';
import type { SqlReader } from './sql-session.js';
import { namedValues, StoreState } from './state.js';
import {
  findAuthorVoices,
  findReceipts,
  findSettled,
  findStories,
  findStoryEntries,
  findVersions,
  type FoundReceipt,
} from './version-reader.js';

export type StoreOptions = StorePlace & {
  readonly world: World;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** For a process that never writes: the schema must be there already. Default false. */
  readonly readOnly?: boolean;
};

/** Everything the service keeps and asks, over one embedded engine. */
export interface Store extends MonitorStore, HistoryReader, AlertStore, QueryStore {
  readonly identity: StoreIdentity;
  /** Names of the migrations that this opening has applied, oldest first. */
  readonly migrations: readonly string[];
  /** What became of the messages at these places of `documents.raw`; those that are still on their way are absent. */
  findReceipts(positions: readonly LogPosition[]): Promise<readonly FoundReceipt[]>;
  readonly deadLetters: DeadLetterStore;
  readonly rescore: RescoreStore;
  readonly labels: LabelStore;
  readonly shadow: ShadowStore;
  readonly erasure: ErasureStore;
  readonly retention: RetentionStore;
  /** What a model was given and answered, day by day; and how much of it in words that earlier days did not hold. */
  driftCounts(query: DriftQuery): Promise<readonly DriftRow[]>;
  unknownWords(query: WordsQuery): Promise<readonly DriftRow[]>;
  /** What counts, with what it may move detection by: to play the past again. */
  countedDocuments(query: CountedQuery): Promise<CountedPage>;
  /** Up to when the history is final, as the active monitor last published it; milliseconds or null. */
  readSettledUntil(): Promise<number | null>;
  writeSettledUntil(time: number): Promise<void>;
  /** Fingerprints of the keys with which authors were named, oldest first. */
  readAuthorKeys(): Promise<readonly string[]>;
  writeAuthorKeys(fingerprints: readonly string[]): Promise<void>;
  /** What is known of documents that the model left unanswered, as it was written last; null before. */
  readRetries(): Promise<string | null>;
  writeRetries(value: string): Promise<void>;
  /** Since when a write of alert events or re-scores is on its way, milliseconds; null without one. Nothing from then on is settled. */
  openSince(): number | null;
  /** How many versions became dead letters since the opening because the engine does not take them. */
  unstorable(): number;
  /**
   * Reads every table; for `reconcile`. Counts what came of the messages of `documents.raw` before the given positions, of
   * all when absent; what waits for its roll-up is rolled up first.
   */
  counts(below?: readonly LogPosition[]): Promise<StoreCounts>;
  /**
   * From now on this process writes and every other one has lost. An embedded store is taken over when it is opened; on a
   * server whoever becomes the active monitor does it.
   */
  takeOver(): Promise<void>;
  /**
   * Of an embedded store: everything as it is at one moment, for a backup, and what `atThatMoment` answers in it. Writes wait
   * meanwhile, `heldMs` milliseconds; reads do not. Throws ConfigError `backup_running` before the last one is released.
   */
  freeze?<T>(atThatMoment: () => Promise<T>): Promise<FrozenStore<T>>;
  /** The opposite, at once: what this process still writes loses. */
  standDown(): void;
  /** Resolves when the engine answers, for the readiness check. */
  ping(): Promise<void>;
  /** Waits for what is under way, then lets the folder go. Calling it twice is harmless. */
  close(): Promise<void>;
}

/**
 * Opens the analytics store of a data folder and brings its schema up to date.
 *
 * Throws ConfigError `world_mismatch`, `schema_too_new`, `server_too_old` or `store_not_opened`; on a server UnavailableError
 * `schema_busy` or `schema_in_use`, see `migrateServer`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { world, clock, logger, readOnly = false } = options;
  const sessions = await openSessions(options, readOnly);
  const { writer, embedded } = sessions;
  try {
    const migrations = await settleSchema(sessions, clock, readOnly);
    // The first schema of a new store is no news.
    if (migrations.length > 0 && migrations.length < MIGRATIONS.length) {
      logger?.info('The store has a new schema.', { migrations });
    }
    const generations = new Generations(writer);
    if (embedded) await generations.takeOver();
    const state = new StoreState(writer, generations);
    await claimWorld(state, world, readOnly);
    const limits = new WindowLimits(state);
    await limits.read();
    const rollUps = new RollUps(writer, generations, limits);
    const identity = { world, schemaVersion: Math.max(...MIGRATIONS.map(({ version }) => version)) };
    const path = 'path' in options ? options.path : null;
    return assemble({ sessions, state, rollUps, limits, generations, clock, identity, migrations, path });
  } catch (error) {
    await sessions.close();
    throw error;
  }
}

/** The folder of an embedded store is this process's alone; on a server another may be at it. */
async function settleSchema(
  { writer, cluster, embedded }: StoreSessions,
  clock: Clock,
  readOnly: boolean,
): Promise<readonly string[]> {
  if (!readOnly) return embedded ? migrate(writer, clock.now()) : migrateServer(writer, { clock, cluster });
  await requireSchema(writer);
  return [];
}

interface Parts {
  readonly sessions: StoreSessions;
  readonly state: StoreState;
  readonly rollUps: RollUps;
  readonly limits: WindowLimits;
  readonly generations: Generations;
  readonly clock: Clock;
  readonly identity: StoreIdentity;
  readonly migrations: readonly string[];
  /** Null on a server. */
  readonly path: string | null;
}

function assemble(parts: Parts): Store {
  const { sessions, state, rollUps, limits, generations, clock, identity, migrations, path } = parts;
  const { writer, lookUps, readers } = sessions;
  const batches = new BatchWriter(writer, () => clock.now());
  const history = new StoreHistory(lookUps);
  const work = new OpenWork();
  const virtual = identity.world === 'replay';
  const inOrder = work.inOrder.bind(work);
  const pending = new PendingWindows(rollUps);
  const rescore = createRescoreStore(writer, { rollUps: pending, generations });
  const anytime = work.anytime.bind(work);
  const known = new KnownWrites(() => clock.now());
  return {
    identity,
    migrations,
    ...lookUpsOf(lookUps, anytime),
    write: (batch) => inOrder(() => batches.write(pending.add(batch))),
    rollUp: (touched) => inOrder(() => pending.rollUp(touched)),
    activeSeries: (from, to) => anytime(() => history.activeSeries(from, to)),
    hours: (series, from, to) => anytime(() => history.hours(series, from, to)),
    evidence: (series, from, to, limit) => anytime(() => history.evidence(series, from, to, limit)),
    firstDocumentAt: () => anytime(() => history.firstDocumentAt()),
    appendEvents: (events) =>
      inOrder(() =>
        known.write(async (at) => {
          await generations.require();
          await alertEvents.appendEvents(writer, events, virtual ? null : at);
        }),
      ),
    openSince: () => known.since,
    openEvents: () => anytime(() => alertEvents.openEvents(lookUps)),
    ...namedValues(state, work),
    ...queriesOf(sessions, anytime),
    driftCounts: (query) => anytime(() => queryDriftCounts(readers, query)),
    unknownWords: (query) => anytime(() => queryUnknownWords(readers, query)),
    countedDocuments: (query) => anytime(() => queryCountedDocuments(readers, query)),
    ping: () => anytime(() => sessions.pinger.query('SELECT 1').then(() => undefined)),
    // Not a reader's: a recomputation of everything may take longer than a person's query.
    counts: (below) => inOrder(() => pending.rollUpAll().then(() => queryCounts(writer, below, limits))),
    takeOver: () =>
      inOrder(async () => {
        await generations.takeOver();
        await limits.read();
      }),
    standDown: generations.standDown.bind(generations),
    deadLetters: lettersInOrder(createDeadLetterStore(writer, readers), work, () => generations.require()),
    labels: labelsInOrder(createLabelStore(writer, readers), work, () => generations.require()),
    shadow: shadowInOrder(createShadowStore(writer, readers), work, () => generations.require()),
    rescore: {
      ...guarded(rescore, anytime),
      write: (rescores) => inOrder(() => known.write((at) => rescore.write(rescores, at))),
    },
    ...removing(parts, work, pending),
    ...(path === null ? {} : { freeze: createFreezer({ writer, clock, folder: path, inOrder }) }),
    unstorable: () => batches.unstorable,
    close: () => work.close(() => sessions.close()),
  };
}

/** What the monitor asks before it decides. */
function lookUpsOf(
  db: SqlReader,
  anytime: Run,
): Pick<
  Store,
  'findVersions' | 'findStories' | 'findAuthorVoices' | 'findStoryEntries' | 'findSettled' | 'findReceipts'
> {
  return {
    findVersions: (ids) => anytime(() => findVersions(db, ids)),
    findStories: (ids, stretch) => anytime(() => findStories(db, ids, stretch)),
    findAuthorVoices: (days, before) => anytime(() => findAuthorVoices(db, days, before)),
    findStoryEntries: (before, limit) => anytime(() => findStoryEntries(db, before, limit)),
    findSettled: (positions) => anytime(() => findSettled(db, positions)),
    findReceipts: (positions) => anytime(() => findReceipts(db, positions)),
  };
}

/** What people ask, on the connections that cannot write. */
function queriesOf({ readers, quickReaders }: StoreSessions, anytime: Run): QueryStore {
  return {
    series: (query) => anytime(() => querySeries(readers, query)),
    summaries: (from, to, limit) => anytime(() => querySummaries(readers, from, to, limit)),
    documents: (query) => anytime(() => queryDocuments(readers, query)),
    document: (id, asOf) => anytime(() => queryDocument(quickReaders, id, asOf)),
    storyMembers: (storyId, asOf) => anytime(() => queryStoryMembers(quickReaders, storyId, asOf)),
    diff: (query) => anytime(() => queryDiff(readers, query)),
    alerts: (options) => anytime(() => alertEvents.queryAlerts(quickReaders, options)),
    alert: (id, asOf) => anytime(() => alertEvents.queryAlert(quickReaders, id, asOf)),
    extent: (asOf) => anytime(() => queryExtent(readers, asOf)),
  };
}

/** Removing waits for the engine: it must not hold up what is written meanwhile. */
function removing(
  { sessions: { writer }, clock, state, limits, generations }: Parts,
  work: OpenWork,
  pending: PendingWindows,
): Pick<Store, 'erasure' | 'retention'> {
  const rows = new RowRemover(writer, clock);
  const rollUp = (windows: readonly TouchedWindow[]) => work.inOrder(() => pending.rollUp(windows));
  const run = work.anytime.bind(work);
  return {
    erasure: guarded(createErasureStore(writer, { rows, rollUp, generations }), run),
    retention: guarded(createRetentionStore(writer, { rows, state, limits, generations }), run),
  };
}

async function claimWorld(state: StoreState, world: World, readOnly: boolean): Promise<void> {
  const held = await state.read('world');
  if (held === null && !readOnly) await state.write('world', world);
  if (held !== null && held !== world) {
    throw new ConfigError(
      'world_mismatch',
      `The data folder holds a ${held} world and cannot be used for ${world}. Choose another data folder.`,
    );
  }
}
