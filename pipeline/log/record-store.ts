import { BellwetherError } from '../core/errors.js';
import type { LogEnvironment } from './lmdb-environment.js';
import { logDamaged } from './log-errors.js';
import type { RecentRecords } from './recent-records.js';
import { decodeRecord, type StoredRecord } from './record-format.js';

export interface PlacedRecord extends StoredRecord {
  readonly offset: number;
  /** As stored, header included. */
  readonly storedBytes: number;
}

/** Reads records and lets no gap or changed byte pass: either is `log_damaged`. */
export class RecordStore {
  constructor(
    private readonly environment: LogEnvironment,
    private readonly recent: RecentRecords,
  ) {}

  /** The records from `from` up to and without `to`, all of which must exist. */
  *range(topic: string, from: number, to: number): Generator<PlacedRecord> {
    const { records, file } = this.environment;
    let expected = from;
    try {
      for (; expected < to; expected += 1) {
        const value = this.recent.get(topic, expected);
        if (value === null) break;
        yield this.decoded(topic, expected, value);
      }
      if (expected === to) return;
      for (const { key, value } of records.getRange({ start: [topic, 0, expected], end: [topic, 0, to] })) {
        const offset = Array.isArray(key) ? key[2] : undefined;
        if (offset !== expected) break;
        yield this.decoded(topic, expected, value);
        expected += 1;
      }
    } catch (error) {
      if (error instanceof BellwetherError) throw error;
      throw logDamaged(file, error instanceof Error ? error.message : String(error), error);
    }
    if (expected < to) throw logDamaged(file, `record ${expected} of ${topic} is missing`);
  }

  private decoded(topic: string, offset: number, value: Buffer): PlacedRecord {
    const record = decodeRecord(value);
    if (record === null)
      throw logDamaged(this.environment.file, `record ${offset} of ${topic} is not what was written`);
    return { ...record, offset, storedBytes: value.length };
  }

  /** The offset of the newest record of the topic, or null when none is stored. */
  lastOffset(topic: string): number | null {
    const { records } = this.environment;
    const newest = records.getKeys({
      start: [topic, 0, Infinity],
      end: [topic, 0, -1],
      reverse: true,
      limit: 1,
    });
    for (const key of newest) {
      const offset = Array.isArray(key) ? key[2] : undefined;
      return typeof offset === 'number' ? offset : null;
    }
    return null;
  }
}
