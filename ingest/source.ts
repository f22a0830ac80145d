import type { RawDocument } from '../pipeline/core/document.js';
import type { Reason } from '../pipeline/core/errors.js';

/** Where a source stands; it moves in the same step as the documents it belongs to. */
export interface SourceCursor {
  readonly name: string;
  readonly value: string;
}

/** The original bytes of what is no document; the log keeps them (of more than 1 MB the beginning), and they become a dead letter. */
export interface UnreadableItem {
  /** Where it stood at the source. */
  readonly key: string;
  readonly value: Uint8Array;
}

/** What a source hands over at a time. Any list may be empty: a feed without news moves its cursor alone. */
export interface Delivery {
  readonly documents: readonly RawDocument[];
  readonly cursors: readonly SourceCursor[];
  /** From sources that forget an item once it is handed over. */
  readonly unreadable?: readonly UnreadableItem[];
}

/**
 * Resolves only when documents and cursors are safe on disk, both or neither; a source waits for it, which is the back-pressure.
 * Rejects when the delivery was given up: then neither is stored, and the source may deliver the same again.
 */
export type Deliver = (delivery: Delivery) => Promise<void>;

export const SOURCE_STATES = ['starting', 'ok', 'degraded', 'stopped', 'finished'] as const;
export type SourceState = (typeof SOURCE_STATES)[number];

/** Why a request of a sender does not count as signed; a closed set, as it is a label. */
export const REQUEST_REFUSALS = ['signature_missing', 'signature_wrong', 'timestamp_outside_window'] as const;
export type RequestRefusal = (typeof REQUEST_REFUSALS)[number];

/** Requests that were refused before anything of them was read: figures alone, as anybody may send them. */
export interface RefusedRequests {
  readonly counts: Readonly<Record<RequestRefusal, number>>;
  readonly last: RequestRefusal;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface SourceStatus {
  readonly id: string;
  readonly state: SourceState;
  /** One sentence for people when `degraded`, when it is `stopped` because a person has to change something, or what a trial that delivers nothing has found; otherwise null. */
  readonly reason: string | null;
  /** The same for words in any language; null with `reason`. */
  readonly cause: Omit<Reason, 'message'> | null;
  /** Milliseconds since the epoch, or null before the first delivery with documents. */
  readonly lastDeliveryAt: number | null;
  /** Milliseconds since the epoch when the source last answered or was heard of, with documents or without; null before. */
  readonly lastContactAt: number | null;
  readonly delivered: number;
  readonly rejected: number;
  /** Never a reason to be `degraded`, or strangers could make it so; null while none was refused. */
  readonly refused: RefusedRequests | null;
}

/** Why one item of a source was not taken; the rest goes on. */
export interface RejectedItem {
  readonly sourceId: string;
  /** Where to look: `FILE:LINE`, or the feed's address and the item's id. */
  readonly place: string;
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
}

/** Something documents come from. */
export interface Source {
  readonly id: string;
  /**
   * Delivers until the source ends (`finished`) or the signal is aborted (`stopped`), then resolves. Runs once.
   * Rejects with ConfigError when a person has to change something, and with what `deliver` threw when the source cannot go on without it.
   */
  run(deliver: Deliver, signal: AbortSignal): Promise<void>;
  status(): SourceStatus;
}
