import type { LogPosition } from './document.js';

/** The topics of the durable log. */
export const RAW_TOPIC = 'documents.raw';
export const SCORED_TOPIC = 'documents.scored';

export interface LogRecord {
  /** Documents with the same key keep their order. */
  readonly key: string;
  readonly value: Uint8Array;
}

export interface LogMessage extends LogPosition, LogRecord {
  /** When the log took it, milliseconds; never goes back within a partition. */
  readonly appendedAt: number;
}

export interface AppendOptions {
  /**
   * Source cursors that move with the append. They are never durable without the records; the embedded log moves both in
   * one step, Kafka the cursors after the records, so that a crash in between delivers records again and loses none.
   */
  readonly cursors?: readonly { readonly name: string; readonly value: string }[];
}

/** Key, value and the little the log adds; a larger record is refused by every adapter. Documents are cut far below it at the edge. */
export const MAX_RECORD_BYTES = 16_000_000;

/**
 * An ordered, durable, replayable log of byte records.
 *
 * Offsets of a partition are dense and start at 0. Adapters: LMDB (embedded), Kafka.
 */
export interface DurableLog {
  /**
   * Resolves, with the position of each record, when all records are safe on disk; then and only then may a source be acknowledged.
   * Rejects with a retriable UnavailableError (`log_full` when the disk is), and with RejectedError `message_too_large` when a
   * record is over `MAX_RECORD_BYTES`; then none may be counted as accepted.
   */
  append(
    topic: string,
    records: readonly LogRecord[],
    options?: AppendOptions,
  ): Promise<readonly LogPosition[]>;
  /** The last value that was stored with an append, or null. */
  readCursor(name: string): Promise<string | null>;
  /**
   * A member of the group for this topic; it starts at the committed positions, or at the oldest records. The members of a
   * group share the partitions: in the embedded log one member holds its only one.
   */
  openReader(topic: string, group: string, options?: ReaderOptions): Promise<LogReader>;
  /** Offset after the last record, for each partition. */
  endPositions(topic: string): Promise<readonly LogPosition[]>;
  /** Offset of the next record the group will read, for each partition. */
  committedPositions(topic: string, group: string): Promise<readonly LogPosition[]>;
  /** Deletes records below what every group has committed and older than the retention allows. */
  trim(): Promise<void>;
  /** The embedded log alone, for a backup, with all that was written before; other logs have means of their own. */
  snapshot?(): Promise<LogSnapshot>;
  close(): Promise<void>;
}

/** What stands in the place of a record from now on, or null to leave it. */
export type ReplaceRecord = (topic: string, message: LogMessage) => Uint8Array | null;

/** A log in which what must not be kept can be taken out of its place. */
export interface RedactableLog {
  /**
   * Replaces values in place and answers how many; the old bytes are gone from the disk when it resolves. Null: this log
   * cannot do that (Kafka), its retention deletes them in time. Appends wait meanwhile.
   */
  redact(replace: ReplaceRecord): Promise<number | null>;
}

/** All records, positions and cursors as they were at one moment. The log trims nothing until it is released. */
export interface LogSnapshot {
  /** What a copy takes at most. */
  sizeBytes(): Promise<number>;
  /** Makes a folder from which the log opens as it was at that moment; on disk when it resolves. */
  copyTo(folder: string): Promise<void>;
  /** Calling it twice is harmless. */
  release(): void;
}

/** Who reads a partition changes when members of the group come and go. */
export interface ReaderOptions {
  /** Awaited before the first message of the partitions is given out. */
  readonly onAssigned?: (partitions: readonly number[]) => Promise<void>;
  /** Awaited when what was pulled from the partitions is committed or given up, before another member reads them. */
  readonly onRevoked?: (partitions: readonly number[]) => Promise<void>;
}

export interface PullLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** How long to wait for the first message before an empty answer. */
  readonly waitMs: number;
}

/** Pulls in order; never pushes. */
export interface LogReader {
  /** At least one message may exceed `maxBytes`, so that a large one cannot block the stream. */
  pull(limits: PullLimits): Promise<readonly LogMessage[]>;
  /**
   * Everything below the given offsets is done; durable when it resolves. Going back is ignored, and so are partitions
   * that the reader has lost meanwhile: whoever holds them does that work again.
   */
  commit(next: readonly LogPosition[]): Promise<void>;
  close(): Promise<void>;
}
