import { BellwetherError, CancelledError } from '../../pipeline/core/errors.js';
import { isPassing } from './back-off.js';

/** Our own log did not answer or had no room. Waiting long spares nobody, so it is tried again soon. */
export class LogFailure extends BellwetherError {
  constructor(error: BellwetherError) {
    super(error.code, error.message, { cause: error, retriable: true, facts: error.facts });
  }
}

/** The same work; what passes of its failures becomes a LogFailure. For whatever reads or writes our log. */
export async function ofLog<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isPassing(error) || error instanceof CancelledError) throw error;
    throw new LogFailure(error);
  }
}
