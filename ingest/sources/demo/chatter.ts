import type { Instrument } from '../../../pipeline/core/instrument.js';

import type { Draft } from './draft.js';
import { freshDraft, repeatDraft } from './quiet-day.js';
import { createRandom } from './random.js';

export interface ChatterOptions {
  readonly seed: number;
  readonly instruments: readonly Instrument[];
  /** When this run of the service began, milliseconds. */
  readonly startedAt: number;
  /** Until then a document comes every 1 to 2 s, afterwards every 6 to 12 s. */
  readonly busyUntil: number;
  /** Quiet documents from which repeats are taken, as of a time. */
  readonly recent: (time: number) => readonly Draft[];
}

/** The traffic that keeps the page alive beyond what a real day would bring. */
export interface Chatter {
  readonly nextAt: number;
  /** The document of `nextAt`; afterwards the next one stands there. */
  take(now: number): Draft;
}

/**
 * Mostly repeats of what is known already, which detection does not count, and a few new texts without bad news:
 * so the page moves while the numbers stay those of an ordinary day.
 */
export function createChatter(options: ChatterOptions): Chatter {
  const { seed, instruments, startedAt, busyUntil } = options;
  const random = createRandom(seed, 'chatter', startedAt);
  const pause = (time: number) => (time < busyUntil ? random.int(1_000, 2_000) : random.int(6_000, 12_000));
  let nextAt = startedAt + pause(startedAt);
  let sequence = 0;
  return {
    get nextAt() {
      return nextAt;
    },
    take(now) {
      // After a pause of the machine what was missed is not made up for.
      const publishedAt = Math.max(nextAt, now - 2_000);
      const slot = { nativeId: `c${startedAt}-${sequence}`, publishedAt };
      sequence += 1;
      nextAt = publishedAt + pause(publishedAt);
      const recent = options.recent(publishedAt);
      const fresh = recent.length === 0 || random.chance(publishedAt < busyUntil ? 0.3 : 0.04);
      return fresh
        ? freshDraft({ ...slot, instruments, troubled: null }, random)
        : repeatDraft(random.pick(recent), slot, random);
    },
  };
}
