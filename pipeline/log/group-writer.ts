import { CancelledError, InvariantError } from '../core/errors.js';
import { writeTogether, type LogEnvironment, type StoredChange } from './lmdb-environment.js';
import { freeBytes, logFull, translateWriteError } from './log-errors.js';
import { StagedChanges, storedBytes, type LogState } from './log-state.js';

// Bounds how long the event loop is held while a group is encoded, and how much memory that takes.
const MAX_GROUP_BYTES = 8 * 2 ** 20;
const MAX_GROUP_JOBS = 2_000;
/**
 * Below this nothing is written any more, not even commits: when the system has no room for a page, the LMDB library may
 * corrupt the memory of the process.
 */
const LAST_BYTES = 4 * 2 ** 20;

export interface WriteJob {
  /** Bytes that an append adds; 0 for what may be written even when room is short (commits, trimming). */
  readonly addedBytes: number;
  /** Runs when the job's turn has come, again when the group it was in has failed. */
  stage(changes: StagedChanges): void;
}

interface QueuedJob extends WriteJob {
  settle(error: Error | null): void;
}

export interface GroupWriterOptions {
  readonly folder: string;
  readonly environment: LogEnvironment;
  readonly state: LogState;
  readonly maxBytes: number;
  readonly minFreeBytes: number;
  readonly onCommitted: (staged: StagedChanges, changes: readonly StoredChange[]) => void;
}

/**
 * Turns jobs into transactions, in order, one at a time; what has queued up meanwhile shares the next one.
 *
 * A group that fails is tried again job by job, so that one without room does not take others with it.
 */
export class GroupWriter {
  private queue: QueuedJob[] = [];
  private running: Promise<void> | null = null;
  private closed = false;

  constructor(private readonly options: GroupWriterOptions) {}

  /** Resolves when the job's changes are on disk and visible. */
  submit(job: WriteJob): Promise<void> {
    if (this.closed) {
      return Promise.reject(new CancelledError('log_closed', 'The log is closed; nothing was written.'));
    }
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null) => {
        if (error === null) resolve();
        else reject(error);
      };
      this.queue.push({ addedBytes: job.addedBytes, stage: (changes) => job.stage(changes), settle });
      this.running ??= this.drain();
    });
  }

  /** Runs the work while no transaction is open and none begins; jobs wait for it. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    while (this.running !== null) await this.running;
    const result = work();
    this.running = result
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => this.drain());
    return result;
  }

  /** Takes no more jobs and resolves when those it has are done. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async drain(): Promise<void> {
    await Promise.resolve(); // Lets the appends of one turn share a transaction.
    while (this.queue.length > 0) {
      const group = this.takeGroup();
      if (group.length > 1 && (await this.tryWrite(group)) === null) {
        for (const job of group) job.settle(null);
        continue;
      }
      for (const job of group) job.settle(await this.tryWrite([job]));
    }
    this.running = null;
  }

  private takeGroup(): QueuedJob[] {
    let bytes = 0;
    let count = 0;
    for (const job of this.queue) {
      bytes += job.addedBytes;
      if (count > 0 && (bytes > MAX_GROUP_BYTES || count >= MAX_GROUP_JOBS)) break;
      count += 1;
    }
    return this.queue.splice(0, count);
  }

  private async tryWrite(group: readonly QueuedJob[]): Promise<Error | null> {
    const { folder, environment, state, onCommitted } = this.options;
    const staged = new StagedChanges(state);
    try {
      this.requireRoom(group.reduce((sum, job) => sum + job.addedBytes, 0));
      for (const job of group) job.stage(staged);
    } catch (error) {
      return error instanceof Error ? error : new InvariantError('log_stage', String(error));
    }
    const changes = staged.toStore();
    if (changes.length === 0) return null;
    try {
      await writeTogether(environment, changes);
    } catch (error) {
      return translateWriteError(folder, error);
    }
    staged.publish();
    onCommitted(staged, changes);
    return null;
  }

  private requireRoom(addedBytes: number): void {
    const { folder, state, maxBytes, minFreeBytes } = this.options;
    if (addedBytes > 0 && storedBytes(state) + addedBytes > maxBytes)
      throw logFull(folder, `its limit of ${maxBytes} bytes is reached`);
    // Asked each time: others fill the disk as well.
    const left = freeBytes(folder) - addedBytes;
    if (left < LAST_BYTES) throw logFull(folder, 'the disk is full');
    if (addedBytes > 0 && left < minFreeBytes)
      throw logFull(folder, `the disk has less than ${minFreeBytes} bytes left besides`);
  }
}
