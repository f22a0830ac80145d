import type { LogPosition } from '../../core/document.js';
import type { LogMessage, PullLimits } from '../../core/log.js';

/**
 * - `arriving`: assigned, but its reader is not prepared for it yet: nothing is given out.
 * - `open`: messages are given out.
 * - `leaving`: going to another member: nothing more is given out, what was is waited for.
 */
export type PartitionState = 'arriving' | 'open' | 'leaving';

export interface HeldPartition {
  readonly id: number;
  state: PartitionState;
  /** Offset that must come next from the broker. */
  expected: number;
  /** Offset after the last message that was given out. */
  given: number;
  /** Everything below is done, says the caller; and everything below is committed at the broker. */
  done: number;
  committed: number;
  /** What was jumped over while messages before it were still in work. */
  skipped: { readonly from: number; readonly to: number } | null;
}

/** Messages that were fetched and not given out, and what is known of each partition that this reader holds. Pure. */
export class Partitions {
  readonly #held = new Map<number, HeldPartition>();
  #buffer: LogMessage[] = [];
  #bytes = 0;

  get bufferedMessages(): number {
    return this.#buffer.length;
  }

  get bufferedBytes(): number {
    return this.#bytes;
  }

  all(): readonly HeldPartition[] {
    return [...this.#held.values()];
  }

  get(id: number): HeldPartition | undefined {
    return this.#held.get(id);
  }

  add(id: number, start: number): HeldPartition {
    const partition: HeldPartition = {
      id,
      state: 'arriving',
      expected: start,
      given: start,
      done: start,
      committed: start,
      skipped: null,
    };
    this.#held.set(id, partition);
    return partition;
  }

  /** From now on messages of the partitions are given out. */
  open(ids: readonly number[]): void {
    for (const id of ids) {
      const partition = this.#held.get(id);
      if (partition !== undefined) partition.state = 'open';
    }
  }

  /** Stops giving out messages of the partition; what was fetched ahead is dropped, its next reader fetches it again. */
  leave(id: number): void {
    const partition = this.#held.get(id);
    if (partition === undefined) return;
    partition.state = 'leaving';
    this.#keep((message) => message.partition !== id);
  }

  remove(id: number): void {
    this.#held.delete(id);
    this.#keep((message) => message.partition !== id);
  }

  /**
   * Jumps over what is not there any more. What was fetched before the jump is still given out: the reported gap begins
   * after it.
   */
  skipTo(id: number, offset: number): void {
    const partition = this.#held.get(id);
    if (partition === undefined) return;
    partition.skipped = { from: partition.skipped?.from ?? partition.expected, to: offset };
    partition.expected = offset;
  }

  /** Gaps whose messages before them are all done count as done themselves; answers where they end. */
  passGaps(): readonly LogPosition[] {
    const passed: LogPosition[] = [];
    for (const partition of this.#held.values()) {
      if (partition.skipped === null || partition.done < partition.skipped.from) continue;
      partition.done = Math.max(partition.done, partition.skipped.to);
      partition.skipped = null;
      passed.push({ partition: partition.id, offset: partition.done });
    }
    return passed;
  }

  /** Lets the start of a partition be committed although nothing of it was given out: a gap lies before it. */
  uncommit(id: number): readonly LogPosition[] {
    const partition = this.#held.get(id);
    if (partition === undefined) return [];
    partition.committed = -1;
    return [{ partition: id, offset: partition.done }];
  }

  /** Takes a fetched message; answers the offsets that are missing before it, or null. A repeat and a foreign one are dropped. */
  take(message: LogMessage): { readonly from: number; readonly to: number } | null {
    const partition = this.#held.get(message.partition);
    if (partition === undefined || partition.state === 'leaving') return null;
    if (message.offset < partition.expected) return null;
    const gap = message.offset > partition.expected ? { from: partition.expected, to: message.offset } : null;
    partition.expected = message.offset + 1;
    this.#buffer.push(message);
    this.#bytes += message.value.byteLength;
    return gap;
  }

  hasOpenMessages(): boolean {
    return this.#buffer.some(({ partition }) => this.#held.get(partition)?.state === 'open');
  }

  /** The next messages within the limits, the first one whatever its size. */
  give({ maxMessages, maxBytes }: Pick<PullLimits, 'maxMessages' | 'maxBytes'>): readonly LogMessage[] {
    const given: LogMessage[] = [];
    const kept: LogMessage[] = [];
    let bytes = 0;
    let full = false;
    for (const message of this.#buffer) {
      const partition = this.#held.get(message.partition);
      const size = message.value.byteLength;
      full ||= given.length >= maxMessages || (given.length > 0 && bytes + size > maxBytes);
      if (full || partition?.state !== 'open') {
        kept.push(message);
        continue;
      }
      bytes += size;
      this.#bytes -= size;
      partition.given = message.offset + 1;
      given.push(message);
    }
    this.#buffer = kept;
    return given;
  }

  #keep(wanted: (message: LogMessage) => boolean): void {
    this.#buffer = this.#buffer.filter(wanted);
    this.#bytes = this.#buffer.reduce((sum, { value }) => sum + value.byteLength, 0);
  }
}
