import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.js';
import { CancelledError, InvariantError } from '../core/errors.js';
import type { LogPosition } from '../core/document.js';
import type { LogMessage, LogReader, PullLimits } from '../core/log.js';
import type { AppendSignal } from './append-signal.js';
import type { GroupWriter } from './group-writer.js';
import { committedOffset, type LogState } from './log-state.js';
import type { RecordStore } from './record-store.js';

/** Records read before the event loop gets its turn: about a millisecond. */
const RECORDS_A_TURN = 256;

export interface ReaderOptions {
  readonly topic: string;
  readonly group: string;
  readonly state: LogState;
  readonly records: RecordStore;
  readonly writer: GroupWriter;
  readonly signal: AppendSignal;
  readonly clock: Clock;
}

/** Reads one topic for one group; holds nothing but its position. */
export class LmdbReader implements LogReader {
  private next: number;
  private readonly closing = new AbortController();

  constructor(private readonly options: ReaderOptions) {
    this.next = committedOffset(options.state, options.topic, options.group);
  }

  async pull(limits: PullLimits): Promise<readonly LogMessage[]> {
    if (this.isClosed()) throw new CancelledError('log_closed', 'This reader of the log is closed.');
    const { clock } = this.options;
    const deadlineMs = clock.monotonic() + limits.waitMs;
    while (!this.hasMore() && !this.isClosed()) {
      const leftMs = deadlineMs - clock.monotonic();
      if (leftMs <= 0) return [];
      await this.options.signal.wait(this.options.topic, leftMs, this.closing.signal);
    }
    return this.read(limits);
  }

  async commit(positions: readonly LogPosition[]): Promise<void> {
    const { topic, group, state, writer } = this.options;
    const next = positions.reduce((most, position) => Math.max(most, position.offset), 0);
    const end = state.topics.get(topic)?.end ?? 0;
    if (next > end || positions.some((position) => position.partition !== 0)) {
      throw new InvariantError(
        'log_commit_beyond_end',
        `Group ${group} commits offset ${next} of ${topic}, partition 0, which ends at ${end}.`,
      );
    }
    await writer.submit({
      addedBytes: 0,
      stage: (changes) => {
        if (next > committedOffset(state, topic, group)) changes.setCommitted(topic, group, next);
      },
    });
  }

  close(): Promise<void> {
    this.closing.abort();
    return Promise.resolve();
  }

  private isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  private hasMore(): boolean {
    return this.next < (this.options.state.topics.get(this.options.topic)?.end ?? 0);
  }

  private async read(limits: PullLimits): Promise<readonly LogMessage[]> {
    const { topic, records, state } = this.options;
    const messages: LogMessage[] = [];
    let bytes = 0;
    while (messages.length < limits.maxMessages && this.hasMore() && !this.isClosed()) {
      if (messages.length > 0) await nextTurn();
      const end = state.topics.get(topic)?.end ?? 0;
      const upTo = Math.min(end, this.next + Math.min(RECORDS_A_TURN, limits.maxMessages - messages.length));
      for (const { offset, key, value, appendedAtMs } of records.range(topic, this.next, upTo)) {
        bytes += value.byteLength;
        if (bytes > limits.maxBytes && messages.length > 0) return messages;
        messages.push({ partition: 0, offset, key, value, appendedAt: appendedAtMs });
        this.next = offset + 1;
      }
    }
    return messages;
  }
}
