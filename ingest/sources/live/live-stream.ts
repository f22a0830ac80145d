import {
  BellwetherError,
  InvalidDocumentError,
  RejectedError,
  type Reason,
} from '../../../pipeline/core/errors.js';
import type { SourceCursor } from '../../source.js';

/** One document of a stream or a listing before it is checked, or why it is none. */
export type LiveItem = {
  /** Where it stood at the source, for whoever looks for it; holds no name of a person. */
  readonly place: string;
} & (
  | {
      /** In the form that `parseDocument` takes, without `source`. */
      readonly document: Readonly<Record<string, unknown>>;
    }
  | { readonly error: InvalidDocumentError }
);

/** What came since the last step. */
export interface LiveStep {
  readonly items: readonly LiveItem[];
  /** What has to be stored together with the items; without items and cursors the step was a sign of life. */
  readonly cursors: readonly SourceCursor[];
  /** What was missed and why, in one sentence; shown as the source's reason for an hour. */
  readonly gap?: string;
  /** What is wrong now and what to do about it; shown as the source's reason until a step comes without. */
  readonly trouble?: Reason;
}

/** One open connection. */
export interface LiveConnection {
  /**
   * Waits for something whole: messages or a heartbeat; never for bytes alone, so that a slow sender counts as silent.
   * Resolves to null when the other side has ended. Rejects with a BellwetherError when the connection broke.
   */
  next(): Promise<LiveStep | null>;
  /** Ends it at once; an open `next` resolves or rejects. */
  close(): void;
}

/** A service that sends documents as they come. */
export interface LiveStream {
  /** In words, such as the host, for reasons. */
  readonly name: string;
  /** What is open has been read already, so that it is sound however soon. */
  readonly openIsRead?: boolean;
  /** Connects and goes on where the stored cursors stand. */
  open(signal: AbortSignal): Promise<LiveConnection>;
}

/** A service understood and refused; a person, or time, has to change something. */
export class StreamRefusedError extends RejectedError {
  /** Milliseconds since the epoch before which another attempt is pointless; null when nobody said. */
  readonly retryAt: number | null;

  constructor(
    code: string,
    message: string,
    { status, retryAt = null }: { readonly status?: number; readonly retryAt?: number | null } = {},
  ) {
    super(code, message, {
      facts: { ...(status === undefined ? {} : { status }), ...(retryAt === null ? {} : { until: retryAt }) },
    });
    this.retryAt = retryAt;
  }
}

/** What a far or broken service, or a log that is full for now, may throw; anything else is a bug or needs a person at once. */
export function isExpected(error: unknown): error is BellwetherError {
  if (error instanceof InvalidDocumentError || error instanceof RejectedError) return true;
  return error instanceof BellwetherError && error.retriable;
}
