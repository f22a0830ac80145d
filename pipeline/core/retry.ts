import type { Clock } from './clock.js';
import { BellwetherError, CancelledError } from './errors.js';

export interface RetryOptions {
  readonly initialMs: number;
  readonly maxMs: number;
  /** Total tries; Infinity to go on until the signal is aborted. */
  readonly attempts: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly onRetry?: (error: BellwetherError, attempt: number, delayMs: number) => void;
}

/**
 * Runs `work` again while it fails with an error marked retriable.
 *
 * Waits initialMs · 2ⁿ, at most maxMs. Any other error, and the last one, is thrown as it is; an abort throws CancelledError.
 */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BellwetherError) || !error.retriable || attempt >= options.attempts) throw error;
      const delayMs = Math.min(options.maxMs, options.initialMs * 2 ** (attempt - 1));
      options.onRetry?.(error, attempt, delayMs);
      await options.clock.sleep(delayMs, options.signal);
      if (options.signal?.aborted === true) {
        throw new CancelledError('cancelled', 'The work was cancelled while it waited for a retry.', {
          cause: error,
        });
      }
    }
  }
}
