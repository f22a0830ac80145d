import { systemClock } from '../core/clock.js';
import { CancelledError } from '../core/errors.js';

/** `bad` must be mended before the service can run; `note` is worth knowing. */
export interface Finding {
  readonly state: 'good' | 'note' | 'bad';
  readonly what: string;
  readonly detail: string;
}

export interface Check {
  readonly what: string;
  readonly run: () => Promise<Finding> | Finding;
  /** Longest wait for its finding, milliseconds. */
  readonly limitMs: number;
}

/**
 * Runs checks one after the other and emits each finding as soon as it is known; what throws or answers too late is `bad`.
 *
 * An abort ends it at once with CancelledError `stopped`; a check that cannot be interrupted is left to itself.
 */
export async function* tryChecks(checks: readonly Check[], signal: AbortSignal): AsyncGenerator<Finding> {
  for (const check of checks) {
    const finding = await inTime(check, signal);
    if (signal.aborted)
      throw new CancelledError('stopped', `Stopped before "${check.what}" and what follows it was checked.`);
    yield finding;
  }
}

async function inTime({ what, run, limitMs }: Check, signal: AbortSignal): Promise<Finding> {
  const known = new AbortController();
  const found = Promise.resolve()
    .then(run)
    .catch((error: unknown): Finding => {
      return { state: 'bad', what, detail: error instanceof Error ? error.message : String(error) };
    });
  const late = systemClock.sleep(limitMs, AbortSignal.any([signal, known.signal])).then((): Finding => {
    return { state: 'bad', what, detail: `nothing is known of it after ${limitMs / 1_000} s` };
  });
  try {
    return await Promise.race([found, late]);
  } finally {
    known.abort();
  }
}
