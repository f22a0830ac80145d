import { BellwetherError, InvalidDocumentError, RejectedError } from '../../pipeline/core/errors.js';

const MAX_BACK_OFF_MS = 3_600_000;

/** The pauses of a poller that fails: its interval, doubled with each failure in a row, at most an hour (or the interval, if that is longer). */
export interface BackOff {
  /** In a row. */
  readonly failures: number;
  /** Returns how long to wait now. */
  failed(): number;
  succeeded(): void;
}

export function createBackOff(intervalMs: number): BackOff {
  let failures = 0;
  return {
    get failures() {
      return failures;
    },
    failed: () => {
      failures += 1;
      return Math.max(intervalMs, Math.min(MAX_BACK_OFF_MS, intervalMs * 2 ** Math.min(failures, 20)));
    },
    succeeded: () => {
      failures = 0;
    },
  };
}

/** What a far or broken server, or a log that is full for now, may throw at a poller: it goes on later. */
export function isPassing(error: unknown): error is BellwetherError {
  if (error instanceof InvalidDocumentError || error instanceof RejectedError) return true;
  return error instanceof BellwetherError && error.retriable;
}
