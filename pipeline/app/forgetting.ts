import type { Clock } from '../core/clock.js';
import type { ErasureTarget, Suppressions } from '../core/erasure.js';
import type { RefuseDocument } from '../operators/leave-out-messages.js';
import { createTurns } from '../core/turns.js';
import type { Logger } from '../telemetry/logger.js';
import { eraseAll, type EraseDeps, type ErasedCounts } from './erase.js';
import type { Retention } from './retention.js';
import { succeeds } from './succeeds.js';

export interface ForgettingOptions extends EraseDeps {
  readonly suppressions: Suppressions;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether this process is the one that stores. */
  readonly active: () => boolean;
}

/** Erasure and retention of an installation, one after the other. */
export interface Forgetting {
  readonly refuse: RefuseDocument;
  /** Reads from the store what must not be kept; before anything is stored. */
  read(): Promise<void>;
  erase(targets: readonly ErasureTarget[]): Promise<ErasedCounts>;
  allow(targets: readonly ErasureTarget[]): Promise<number>;
  /** Runs the work when nothing is half erased or half expired. */
  afterwards<T>(work: () => Promise<T>): Promise<T>;
  /** Finishes what a kill cut off and deletes by age: when this process becomes active, and every hour. Ends with the signal. */
  run(signal: AbortSignal): Promise<void>;
}

const LOOK_MS = 1_000;
const EVERY_MS = 3_600_000;

export function createForgetting(options: ForgettingOptions): Forgetting {
  const { store, suppressions, retention, clock, logger, active } = options;
  const inTurn = createTurns();
  const { erasure } = store;

  const keepUp = async () => {
    const left = await erasure.running();
    if (left.length > 0) {
      await eraseAll(left, options);
      logger.warn('An erasure that was cut off is finished.', { erasures: left.length });
    }
    const expired = await retention.run(clock.now());
    if (expired.documents + expired.deadLetters + expired.alerts > 0)
      logger.info('What is older than it may be kept is deleted.', { ...expired });
  };
  return {
    refuse: (document) => {
      if (document.erased === true || suppressions.covers(document)) return 'erased';
      return retention.isExpired(document) ? 'expired' : null;
    },
    async read() {
      suppressions.replace(await erasure.suppressed());
      await retention.read();
    },
    erase: (targets) => inTurn(async () => eraseAll(await erasure.begin(targets, clock.now()), options)),
    allow: (targets) =>
      inTurn(async () => {
        let allowed = 0;
        for (const target of targets) if (await erasure.allow(target, clock.now())) allowed += 1;
        suppressions.replace(await erasure.suppressed());
        return allowed;
      }),
    afterwards: (work) =>
      inTurn(async () => {
        await keepUp();
        return work();
      }),
    async run(signal) {
      let last = -Infinity;
      while (!signal.aborted) {
        if (!active()) last = -Infinity;
        else if (clock.monotonic() - last >= EVERY_MS) {
          // What cannot be done for now is tried again at the next look.
          if (await succeeds(() => inTurn(keepUp), signal)) last = clock.monotonic();
        }
        await clock.sleep(LOOK_MS, signal);
      }
    },
  };
}
