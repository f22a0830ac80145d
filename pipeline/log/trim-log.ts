import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.js';
import type { GroupWriter } from './group-writer.js';
import { storedBytes, type LogState } from './log-state.js';
import type { RecordStore } from './record-store.js';

export interface Retention {
  /** Counted from the append. */
  readonly maxAgeMs: number;
  /** Of all topics together. */
  readonly maxBytes: number;
}

export interface TrimOptions {
  readonly state: LogState;
  readonly records: RecordStore;
  readonly writer: GroupWriter;
  readonly clock: Clock;
  readonly retention: Retention;
  /** Asked before each deletion, also while the trim is under way: true leaves everything from then on. */
  readonly isHeld: () => boolean;
}

const RECORDS_A_STEP = 500;

/**
 * Deletes, oldest first, what every known group has committed and what is too old or too much.
 *
 * A topic that nobody has ever read keeps everything. When there is too much, every topic gives in proportion to its size.
 * The file does not shrink: its pages are used again.
 */
export async function trimLog(options: TrimOptions): Promise<void> {
  const { state, retention } = options;
  const total = storedBytes(state);
  for (const [topic, { bytes }] of [...state.topics]) {
    const allowedBytes = total === 0 ? 0 : retention.maxBytes * (bytes / total);
    while (await trimStep(options, topic, allowedBytes)) await nextTurn();
  }
}

/** Deletes up to 500 records; false when nothing more may go. */
async function trimStep(options: TrimOptions, topic: string, allowedBytes: number): Promise<boolean> {
  const { state, records, writer, clock, retention, isHeld } = options;
  if (isHeld()) return false;
  const before = state.topics.get(topic);
  const groups = [...(state.committed.get(topic)?.values() ?? [])];
  if (before === undefined || groups.length === 0) return false;
  const upTo = Math.min(...groups, before.oldest + RECORDS_A_STEP);
  const keepFromMs = clock.now() - retention.maxAgeMs;

  let { oldest, bytes } = before;
  for (const record of upTo > oldest ? records.range(topic, oldest, upTo) : []) {
    if (record.appendedAtMs >= keepFromMs && bytes <= allowedBytes) break;
    oldest = record.offset + 1;
    bytes -= record.storedBytes;
  }
  if (oldest === before.oldest) return false;
  await writer.submit({
    addedBytes: 0,
    stage: (changes) => {
      if (isHeld()) return;
      for (let offset = before.oldest; offset < oldest; offset += 1) changes.putRecord(topic, offset, null);
      const now = changes.topic(topic);
      changes.setTopic(topic, { oldest, end: now.end, bytes: now.bytes - (before.bytes - bytes) });
    },
  });
  return true;
}
