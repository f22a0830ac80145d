import type { Clock } from '../core/clock.js';
import type { LogPosition } from '../core/document.js';
import { BellwetherError, InvariantError, UnavailableError } from '../core/errors.js';
import {
  MAX_RECORD_BYTES,
  type AppendOptions,
  type DurableLog,
  type LogReader,
  type LogRecord,
  type LogSnapshot,
  type ReaderOptions,
  type RedactableLog,
  type ReplaceRecord,
} from '../core/log.js';
import { AppendSignal } from './append-signal.js';
import { GroupWriter } from './group-writer.js';
import { openEnvironment, type LogEnvironment } from './lmdb-environment.js';
import { LmdbReader } from './lmdb-reader.js';
import { snapshotLog } from './lmdb-snapshot.js';
import { logDamaged, recordTooLarge, translateWriteError } from './log-errors.js';
import { committedOffset, parseState, type LogState } from './log-state.js';
import { encodeRecord, storedSize } from './record-format.js';
import { RecentRecords } from './recent-records.js';
import { redactRecords, rewriteFile } from './redact-log.js';
import { RecordStore } from './record-store.js';
import { trimLog, type Retention } from './trim-log.js';

const DEFAULT_RETENTION: Retention = { maxAgeMs: 7 * 86_400_000, maxBytes: 5e9 };
/** Kept free so that the store, commits and clean-up can still write when the log no longer takes documents. */
export const MIN_FREE_BYTES = 64 * 2 ** 20;
const MAX_NAME_BYTES = 300;
/** A few seconds of what comes under load; readers that are further behind read the file. */
const RECENT_BYTES = 16 * 2 ** 20;

export interface LmdbLogOptions {
  /** A folder of its own; created when missing. */
  readonly path: string;
  readonly clock: Clock;
  /** What `trim` leaves although everybody has read it; 7 days or 5 GB, whichever is less. */
  readonly retention?: Retention;
  /** Appends beyond this are refused with `log_full`; unlimited when absent. */
  readonly maxBytes?: number;
  /** Appends that would leave less than this on the disk are refused with `log_full`. */
  readonly minFreeBytes?: number;
}

/**
 * Opens the embedded log. Only one process may have it open for writing, and only once: the data folder's lock sees to that.
 *
 * Rejects with `log_damaged` when the file is cut, foreign, missing or contradicts itself. Offsets are numbers in partition 0.
 */
export async function openLmdbLog(options: LmdbLogOptions): Promise<DurableLog & RedactableLog> {
  const environment = await openEnvironment(options.path);
  const recent = new RecentRecords(RECENT_BYTES);
  const records = new RecordStore(environment, recent);
  try {
    const state = loadState(environment, records);
    if (environment.suspect) readEverything(environment, state, records);
    return new LmdbLog({ ...options, environment, records, recent, state });
  } catch (error) {
    await environment.root.close();
    throw error;
  }
}

class LmdbLog implements DurableLog, RedactableLog {
  private readonly signal: AppendSignal;
  private readonly writer: GroupWriter;
  private readonly readers = new Set<LmdbReader>();
  private newestMs: number;
  private snapshots = 0;
  private redacting = false;

  constructor(
    private readonly parts: LmdbLogOptions & {
      readonly environment: LogEnvironment;
      readonly records: RecordStore;
      readonly recent: RecentRecords;
      readonly state: LogState;
    },
  ) {
    this.signal = new AppendSignal(parts.clock);
    this.newestMs = newestAppendMs(parts.state, parts.records);
    this.writer = new GroupWriter({
      ...parts,
      folder: parts.path,
      maxBytes: parts.maxBytes ?? Infinity,
      minFreeBytes: parts.minFreeBytes ?? MIN_FREE_BYTES,
      onCommitted: ({ grownTopics }, changes) => {
        parts.recent.note(changes);
        for (const topic of grownTopics) this.signal.grown(topic);
      },
    });
  }

  async append(
    topic: string,
    records: readonly LogRecord[],
    options: AppendOptions = {},
  ): Promise<readonly LogPosition[]> {
    const cursors = options.cursors ?? [];
    if (records.length === 0 && cursors.length === 0) return [];
    for (const name of [topic, ...cursors.map((cursor) => cursor.name)]) requireName(name);
    const sizes = records.map(storedSize);
    const tooLarge = sizes.find((size) => size > MAX_RECORD_BYTES);
    if (tooLarge !== undefined) throw recordTooLarge(tooLarge);
    const addedBytes = sizes.reduce((sum, size) => sum + size, 0);
    let first = 0;
    await this.writer.submit({
      addedBytes,
      stage: (changes) => {
        const nowMs = this.nowMs();
        const { oldest, end, bytes } = changes.topic(topic);
        first = end;
        records.forEach((record, index) => {
          changes.putRecord(topic, end + index, encodeRecord(record, nowMs));
        });
        if (records.length > 0)
          changes.setTopic(topic, { oldest, end: end + records.length, bytes: bytes + addedBytes });
        for (const cursor of cursors) changes.setCursor(cursor.name, cursor.value);
      },
    });
    return records.map((_, index) => ({ partition: 0, offset: first + index }));
  }

  /** The clock, but never back: what was appended later was known later. */
  private nowMs(): number {
    this.newestMs = Math.max(this.newestMs, this.parts.clock.now());
    return this.newestMs;
  }

  readCursor(name: string): Promise<string | null> {
    return Promise.resolve(this.parts.state.cursors.get(name) ?? null);
  }

  async openReader(topic: string, group: string, options: ReaderOptions = {}): Promise<LogReader> {
    requireName(topic);
    requireName(group);
    const { state, records, clock } = this.parts;
    // From here on `trim` keeps what this group has not read.
    await this.writer.submit({
      addedBytes: 0,
      stage: (changes) => {
        if (state.committed.get(topic)?.has(group) === true) return;
        changes.setCommitted(topic, group, changes.topic(topic).oldest);
      },
    });
    const { signal, writer } = this;
    const reader = new LmdbReader({ topic, group, state, records, writer, signal, clock });
    this.readers.add(reader);
    await options.onAssigned?.([0]);
    return reader;
  }

  endPositions(topic: string): Promise<readonly LogPosition[]> {
    return Promise.resolve([{ partition: 0, offset: this.parts.state.topics.get(topic)?.end ?? 0 }]);
  }

  committedPositions(topic: string, group: string): Promise<readonly LogPosition[]> {
    return Promise.resolve([{ partition: 0, offset: committedOffset(this.parts.state, topic, group) }]);
  }

  async trim(): Promise<void> {
    const { retention } = this.parts;
    await trimLog({
      ...this.parts,
      writer: this.writer,
      retention: retention ?? DEFAULT_RETENTION,
      isHeld: () => this.snapshots > 0,
    });
  }

  /** The file is written anew also when nothing was replaced: a call before may have been cut off in between. */
  async redact(replace: ReplaceRecord): Promise<number> {
    const { environment, path } = this.parts;
    this.requireAlone();
    this.redacting = true;
    try {
      const replaced = await redactRecords({ ...this.parts, writer: this.writer }, replace);
      await this.writer.exclusively(() => rewriteFile(environment));
      return replaced;
    } catch (error) {
      throw await translateWriteError(path, error);
    } finally {
      this.redacting = false;
    }
  }

  /** Between two transactions: what a trim is deleting at this moment must not be in the state that is noted. */
  snapshot(): Promise<LogSnapshot> {
    return this.writer.exclusively(() => Promise.resolve().then(() => this.takeSnapshot()));
  }

  private takeSnapshot(): LogSnapshot {
    const { environment, state } = this.parts;
    this.requireAlone();
    this.snapshots += 1;
    return snapshotLog({
      environment,
      state,
      onRelease: () => {
        this.snapshots -= 1;
      },
    });
  }

  /** A file that is being copied must not be replaced, nor closed. */
  private requireAlone(): void {
    if (!this.redacting && this.snapshots === 0) return;
    throw new UnavailableError(
      'log_busy',
      'A backup or an erasure is under way; give the command again when it is done.',
    );
  }

  async close(): Promise<void> {
    for (const reader of this.readers) await reader.close();
    await this.writer.close();
    await this.parts.environment.root.close();
  }
}

function newestAppendMs(state: LogState, records: RecordStore): number {
  let newest = 0;
  for (const [topic, { oldest, end }] of state.topics) {
    if (oldest === end) continue;
    for (const { appendedAtMs } of records.range(topic, end - 1, end))
      newest = Math.max(newest, appendedAtMs);
  }
  return newest;
}

function requireName(name: string): void {
  const length = Buffer.byteLength(name);
  if (length > 0 && length <= MAX_NAME_BYTES && !name.includes('\u0000')) return;
  throw new InvariantError(
    'log_name',
    `Topics, groups and cursors are named with 1 to ${MAX_NAME_BYTES} bytes without NUL; got ${JSON.stringify(name.slice(0, 80))}.`,
  );
}

function loadState(environment: LogEnvironment, records: RecordStore): LogState {
  const { file } = environment;
  let state: LogState | null;
  try {
    state = parseState(environment.state.getRange());
    for (const [topic, { oldest, end }] of state?.topics ?? []) {
      const last = records.lastOffset(topic);
      if (last === end - 1 || (last === null && oldest === end)) continue;
      throw logDamaged(file, `${topic} should end at ${end}, its last record is ${String(last)}`);
    }
  } catch (error) {
    if (error instanceof BellwetherError) throw error;
    throw logDamaged(file, error instanceof Error ? error.message : String(error), error);
  }
  if (state === null) throw logDamaged(file, 'its state has entries of an unknown form');
  return state;
}

function readEverything(environment: LogEnvironment, state: LogState, records: RecordStore): void {
  for (const [topic, { oldest, end, bytes }] of state.topics) {
    let readBytes = 0;
    for (const record of records.range(topic, oldest, end)) readBytes += record.storedBytes;
    if (readBytes !== bytes)
      throw logDamaged(environment.file, `${topic} has ${readBytes} of ${bytes} bytes`);
  }
}
