import { BellwetherError } from '../core/errors.js';
import { isReplaced } from './monitoring.js';

/** Runs work in the background: false for what waiting may mend, for what another monitor goes on with, and for what the end of the service cut off. */
export async function succeeds(work: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (signal.aborted && error instanceof BellwetherError) return false;
    if (isReplaced(error)) return false;
    if (error instanceof BellwetherError && (error.retriable || error.code === 'breaker_open')) return false;
    throw error;
  }
}
