import { CancelledError } from '../core/errors.js';

/** One after the other, each whether the ones before failed or not; then the first failure is thrown. */
export async function stopAll(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      // A write that was waiting when we stopped is done again at the next start.
      if (!(error instanceof CancelledError)) errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
