import { setTimeout as pause } from 'node:timers/promises';
import type { LibrdKafkaError, Message, TopicPartition } from 'node-rdkafka';

import type { LogPosition } from '../../core/document.js';
import { CancelledError, ConfigError } from '../../core/errors.js';
import type { LogMessage, LogReader, PullLimits } from '../../core/log.js';
import { CODE, codeOf, disconnect, letGo, seek, toLogError, watermarks } from './calls.js';
import { GroupMember } from './group-member.js';
import { Partitions, type HeldPartition } from './partitions.js';
import { shutOutCause, type KafkaReaderOptions, type LogGap } from './reader-options.js';
import { findStarts } from './start-offsets.js';

const FETCH_AT_ONCE = 500;
/**
 * Fetched and not given out; beyond it the partitions are paused until half of it is gone. A pause throws away what the
 * client has fetched ahead: at 1,000 messages reading was ten times slower.
 */
const AHEAD = { messages: 10_000, bytes: 16_000_000 };
const DRAIN_MS = 20_000;
const AGAIN_MS = 200;

/**
 * A member of a consumer group. One loop fetches; it alone talks to the broker about messages, and it goes on while nothing is
 * pulled, because rebalances reach us through it.
 *
 * Positions are explicit: a partition starts at its committed offset or at the oldest record, never where a default says.
 * What the broker has dropped unread is reported as a gap. A partition leaves only after what was given out of it is committed.
 */
export class KafkaReader implements LogReader {
  #member: GroupMember;
  readonly #partitions = new Partitions();
  readonly #wakers = new Set<() => void>();
  readonly #newest = new Map<number, number>();
  #changes: Promise<void> = Promise.resolve();
  #loop: Promise<void> = Promise.resolve();
  #paused = false;
  #closing = false;
  #fatal: ConfigError | null = null;

  private constructor(private readonly options: KafkaReaderOptions) {
    this.#member = this.#createMember();
  }

  static async open(options: KafkaReaderOptions): Promise<KafkaReader> {
    const reader = new KafkaReader(options);
    await reader.#member.join();
    reader.#loop = reader.#run();
    return reader;
  }

  #createMember(): GroupMember {
    return new GroupMember(this.options, this.#partitions, {
      onRebalance: (error, partitions) => {
        this.#onRebalance(error, partitions);
      },
      onFenced: (reason) => {
        this.#shutOut(reason);
      },
    });
  }

  async pull(limits: PullLimits): Promise<readonly LogMessage[]> {
    if (this.#closing) throw new CancelledError('log_closed', 'This reader of the log is closed.');
    const deadline = performance.now() + limits.waitMs;
    for (;;) {
      if (this.#fatal !== null) throw this.#fatal;
      if (this.#isClosing()) return [];
      const messages = this.#partitions.give(limits);
      if (messages.length > 0) return messages;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return [];
      await this.#nextMessages(leftMs);
    }
  }

  commit(next: readonly LogPosition[]): Promise<void> {
    if (next.length === 0) return Promise.resolve();
    return this.#member.commits.commit(next);
  }

  async close(): Promise<void> {
    if (this.#closing) {
      await this.#loop;
      return;
    }
    this.#closing = true;
    this.#wake();
    await this.#loop;
    await this.#changes;
    await this.#member.commits.idle();
    const ids = this.#partitions.all().map(({ id }) => id);
    // In time, because after a disconnect nothing can be committed.
    this.#commitNow(ids);
    await this.#revoked(ids);
    for (const id of ids) this.#partitions.remove(id);
    this.#member.commits.settle();
    await disconnect(this.#member.consumer);
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      if (this.#member.lost) await this.#rejoin();
      this.#keepAhead();
      try {
        const room = this.#paused ? 1 : FETCH_AT_ONCE;
        const messages = await this.#member.consume(room);
        for (const message of messages) this.#take(message);
        // An empty answer says nothing: it is what a broker that is away gives as well.
        if (messages.length > 0) this.options.onWorking?.();
      } catch (error) {
        await this.#recover(error);
      }
      if (this.#partitions.hasOpenMessages()) this.#wake();
    }
  }

  #take({ partition, offset, key, value, timestamp }: Message): void {
    const appendedAt = Math.max(this.#newest.get(partition) ?? 0, timestamp ?? Date.now());
    this.#newest.set(partition, appendedAt);
    const gap = this.#partitions.take({
      partition,
      offset,
      key: key?.toString() ?? '',
      value: value ?? new Uint8Array(),
      appendedAt,
    });
    if (gap !== null) void this.#reportGap({ topic: this.options.topic, partition, ...gap });
  }

  /** Stops fetching while enough lies ready. The half that must go first keeps it from switching at every message. */
  #keepAhead(): void {
    const { bufferedMessages: messages, bufferedBytes: bytes } = this.#partitions;
    const full = messages >= AHEAD.messages || bytes >= AHEAD.bytes;
    const low = messages <= AHEAD.messages / 2 && bytes <= AHEAD.bytes / 2;
    // What is assigned later arrives unpaused, so a pause is said again.
    if (full) this.#member.consumer.pause(this.#assigned());
    else if (this.#paused && low) this.#member.consumer.resume(this.#assigned());
    if (full || low) this.#paused = full;
  }

  #assigned(): TopicPartition[] {
    return this.#partitions.all().map(({ id }) => ({ topic: this.options.topic, partition: id }));
  }

  async #recover(error: unknown): Promise<void> {
    if (this.#closing) return;
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    if (codeOf(cause) === CODE.fatal) this.#member.shutOut(toLogError(cause, 'consume').message);
    else if (codeOf(cause) === CODE.offsetReset)
      // The broker says it once: a partition that is not moved on now stands still for good.
      await this.#untilKnown(() => this.#skipDropped());
    else {
      this.#member.trouble();
      this.options.onFailure(toLogError(error, 'consume'));
    }
    await pause(AGAIN_MS);
  }

  /** Another client takes the place of one that is shut out, and reads on from what is committed. */
  async #rejoin(): Promise<void> {
    const lost = this.#member;
    await this.#changes;
    await this.#giveUp(this.#partitions.all().map(({ id }) => id));
    await disconnect(lost.consumer);
    while (!this.#closing) {
      this.#member = this.#createMember();
      this.#paused = false;
      try {
        await this.#member.join();
        break;
      } catch (error) {
        this.options.onFailure(toLogError(error, 'join again'));
        await pause(AGAIN_MS);
      }
    }
  }

  /** The broker's retention went past what this reader was to fetch next. */
  async #skipDropped(): Promise<void> {
    const { topic } = this.options;
    for (const { id, expected } of this.#partitions.all()) {
      const { low } = await watermarks(this.#member.consumer, { topic, partition: id });
      if (low <= expected) continue;
      // First, as all of this is asked again when the broker does not take it; what comes waits until it is done.
      await seek(this.#member.consumer, { topic, partition: id, offset: low });
      await this.#reportGap({ topic, partition: id, from: expected, to: low });
      this.#partitions.skipTo(id, low);
      // Not awaited: the broker's answer reaches us through the loop that waits here.
      void this.#commitPast(this.#partitions.passGaps());
    }
  }

  #onRebalance(error: LibrdKafkaError, partitions: TopicPartition[]): void {
    // Nothing here may throw: it is called from the native side.
    this.options.onRebalance();
    if (this.#closing) {
      letGo(this.#member.consumer, partitions);
      return;
    }
    this.#changes = this.#changes.then(async () => {
      try {
        if (error.code === CODE.assignPartitions) await this.#assign(partitions);
        else if (error.code === CODE.revokePartitions) await this.#revoke(partitions);
        else this.options.onFailure(toLogError(error, 'rebalance'));
      } catch (failure) {
        this.options.onFailure(toLogError(failure, 'rebalance'));
      }
    });
  }

  /** What came while the broker was away is told again at each attempt to join: what is held already goes on as it is. */
  async #assign(partitions: readonly TopicPartition[]): Promise<void> {
    const { consumer } = this.#member;
    const added = partitions.filter(({ partition }) => this.#partitions.get(partition) === undefined);
    if (added.length === 0) {
      consumer.incrementalAssign([]);
      return;
    }
    const { topic } = this.options;
    const starts = await this.#untilKnown(() => findStarts(consumer, added, topic));
    if (starts === null) {
      letGo(consumer, partitions);
      return;
    }
    consumer.incrementalAssign(starts.map(({ partition, offset }) => ({ topic, partition, offset })));
    const held = starts.map(({ partition, offset }) => this.#partitions.add(partition, offset));
    // A partition that was paused when it left comes back paused.
    if (!this.#paused) consumer.resume([...added]);
    for (const { gap } of starts) if (gap !== null) void this.#passStartGap(gap);
    void this.#prepare(held);
  }

  /** A gap before the start is written down, then committed past, so that the next reader does not report it again. */
  async #passStartGap(gap: LogGap): Promise<void> {
    if (await this.#reportGap(gap)) await this.#commitPast(this.#partitions.uncommit(gap.partition));
  }

  /** What the broker does not take goes with the next commit. */
  async #commitPast(next: readonly LogPosition[]): Promise<void> {
    try {
      await this.#member.commits.commit(next);
    } catch (failure) {
      this.options.onFailure(toLogError(failure, 'commit past a gap'));
    }
  }

  async #reportGap(gap: LogGap): Promise<boolean> {
    try {
      await this.options.onGap(gap);
      return true;
    } catch (failure) {
      this.options.onFailure(toLogError(failure, 'write down a gap'));
      return false;
    }
  }

  /** Opens partitions when their reader is prepared for them; asks it again while it fails and the partitions stay. */
  async #prepare(arriving: readonly HeldPartition[]): Promise<void> {
    // One that left and came back meanwhile is another one, and prepared for by itself.
    const stillHeld = () => arriving.filter((held) => this.#partitions.get(held.id) === held);
    const ids = arriving.map(({ id }) => id);
    while (!this.#closing && stillHeld().length > 0) {
      try {
        await this.options.onAssigned?.(ids);
        break;
      } catch (error) {
        this.options.onFailure(toLogError(error, 'take over'));
        await pause(AGAIN_MS);
      }
    }
    const ready = stillHeld().filter(({ state }) => state === 'arriving');
    this.#partitions.open(ready.map(({ id }) => id));
    this.#wake();
  }

  async #revoke(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#giveUp(partitions.map(({ partition }) => partition));
    letGo(this.#member.consumer, partitions);
  }

  /** Waits for what was given out of the partitions, commits it while that can be done, and forgets them. */
  async #giveUp(ids: readonly number[]): Promise<void> {
    for (const id of ids) this.#partitions.leave(id);
    const deadline = performance.now() + DRAIN_MS;
    const unfinished = () =>
      ids.some((id) => {
        const partition = this.#partitions.get(id);
        return partition !== undefined && partition.done < partition.given;
      });
    while (unfinished() && performance.now() < deadline && !this.#closing) await pause(10);
    if (!this.#member.lost) this.#commitNow(ids);
    await this.#revoked(ids);
    for (const id of ids) this.#partitions.remove(id);
    this.#member.commits.settle();
  }

  async #revoked(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    try {
      await this.options.onRevoked?.(ids);
    } catch (error) {
      this.options.onFailure(toLogError(error, 'give up partitions'));
    }
  }

  #commitNow(ids: readonly number[]): void {
    const offsets = ids.flatMap((id) => {
      const partition = this.#partitions.get(id);
      return partition === undefined || partition.done <= partition.committed
        ? []
        : [{ topic: this.options.topic, partition: id, offset: partition.done }];
    });
    if (offsets.length === 0) return;
    try {
      this.#member.consumer.commitSync(offsets);
    } catch {
      // The membership is gone already: who reads next does it again, and doing it again changes nothing.
    }
  }

  async #untilKnown<T>(ask: () => Promise<T>): Promise<T | null> {
    while (!this.#closing && !this.#member.lost) {
      try {
        return await ask();
      } catch (error) {
        this.options.onFailure(toLogError(error, 'find where to start'));
        await pause(AGAIN_MS);
      }
    }
    return null;
  }

  #shutOut(reason: string): void {
    this.#fatal ??= new ConfigError(
      'kafka_reader_fenced',
      `Kafka has shut this reader out (${reason}). ${shutOutCause(this.options)}`,
    );
    this.#wake();
  }

  async #nextMessages(waitMs: number): Promise<void> {
    const abort = new AbortController();
    const wake = abort.abort.bind(abort, undefined);
    this.#wakers.add(wake);
    await pause(waitMs, undefined, { signal: abort.signal }).catch(() => undefined);
    this.#wakers.delete(wake);
  }

  #isClosing(): boolean {
    return this.#closing;
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }
}
