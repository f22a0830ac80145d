import type { Clock } from '../core/clock.js';
import { BellwetherError } from '../core/errors.js';

import type { Logger } from './logger.js';

export interface RepeatingFailureOptions {
  /** What fails, as a constant sentence: `The feed could not be read.` */
  readonly sentence: string;
  readonly logger: Logger;
  readonly clock: Pick<Clock, 'now'>;
}

/** One thing that may fail again and again, logged at its start, at each change of reason and at its end. */
export interface RepeatingFailure {
  failed(error: unknown, fields?: Readonly<Record<string, unknown>>): void;
  succeeded(fields?: Readonly<Record<string, unknown>>): void;
}

/** Keeps a log readable while something stays broken: a thousand equal failures are two lines. Memory: one reason. */
export function createRepeatingFailure({
  sentence,
  logger,
  clock,
}: RepeatingFailureOptions): RepeatingFailure {
  let current: { reason: string; since: number; times: number } | null = null;
  return {
    failed(error, fields = {}) {
      const reason = reasonOf(error);
      if (current !== null && current.reason === reason) {
        current.times += 1;
        return;
      }
      const before = current;
      current = { reason, since: before?.since ?? clock.now(), times: (before?.times ?? 0) + 1 };
      logger.warn(sentence, { ...fields, error, change: before === null ? 'started' : 'changed' });
    },
    succeeded(fields = {}) {
      if (current === null) return;
      const { since, times } = current;
      current = null;
      logger.info(sentence, { ...fields, change: 'ended', times, forMs: clock.now() - since });
    },
  };
}

/** Equal for failures of one kind: the code, or without one the words; numbers in them (a time, a count) make no other kind. */
function reasonOf(error: unknown): string {
  if (error instanceof BellwetherError) return error.code;
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return words.replace(/\d+/g, '0');
}
