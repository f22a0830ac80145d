import type { LogPosition } from '../core/document.js';
import { InvariantError } from '../core/errors.js';

interface Partition {
  /** Everything below is finished. */
  next: number;
  /** Offset after the last one tracked. */
  end: number;
  /** Finished offsets at or above `next`. */
  readonly finished: Set<number>;
}

/**
 * Knows, for each partition, the lowest offset that is not finished; only what lies below may be committed.
 *
 * Offsets are tracked in order (as they are pulled) and finished in any order.
 * Memory: one entry for each finished offset that still waits for a lower one.
 */
export class OffsetTracker {
  private readonly partitions = new Map<number, Partition>();

  /** The message at this position was pulled. Offsets of a partition may only rise; gaps count as finished. */
  track({ partition, offset }: LogPosition): void {
    const state = this.partitions.get(partition);
    if (state === undefined) {
      this.partitions.set(partition, { next: offset, end: offset + 1, finished: new Set() });
      return;
    }
    if (offset < state.end) throw misuse('tracked twice or out of order', partition, offset);
    for (let gap = state.end; gap < offset; gap += 1) state.finished.add(gap);
    state.end = offset + 1;
    advance(state);
  }

  /** Everything made from the message is safe. */
  finish({ partition, offset }: LogPosition): void {
    const state = this.partitions.get(partition);
    if (state === undefined || offset < state.next || offset >= state.end || state.finished.has(offset)) {
      throw misuse('finished, but is not in progress', partition, offset);
    }
    state.finished.add(offset);
    advance(state);
  }

  /** For each partition seen, the offset to commit: the lowest unfinished one, or the next one to come. */
  committable(): readonly LogPosition[] {
    return [...this.partitions].map(([partition, { next }]) => ({ partition, offset: next }));
  }
}

function advance(state: Partition): void {
  while (state.finished.delete(state.next)) state.next += 1;
}

function misuse(what: string, partition: number, offset: number): InvariantError {
  return new InvariantError('offset_tracking', `Offset ${offset} of partition ${partition} was ${what}.`);
}
