import type { Clock } from '../../pipeline/core/clock.js';
import { ConfigError } from '../../pipeline/core/errors.js';

/** Times faster than it happened, or without waiting. */
export type ReplaySpeed = number | 'max';

/** Says when a recorded document is due. */
export interface Pacer {
  mustWait(publishedAt: number): boolean;
  /** Resolves when the document is due, or at once when the signal is aborted. */
  wait(publishedAt: number, signal: AbortSignal): Promise<void>;
}

/** Shorter waits are not worth a delivery of their own. */
const GRAIN_MS = 20;
/** Timers take at most 24 days; a gap between documents may be longer. */
const LONGEST_SLEEP_MS = 86_400_000;

/** The first document is due at once and sets the two clocks equal; later ones follow in event time divided by the speed. Throws ConfigError for a speed that is none. */
export function createPacer(speed: ReplaySpeed, clock: Clock): Pacer {
  if (speed === 'max') return { mustWait: () => false, wait: () => Promise.resolve() };
  if (!(speed > 0 && speed < Infinity)) {
    throw new ConfigError('replay_speed', 'The speed must be a number above 0, or max.');
  }
  let origin: { readonly event: number; readonly wall: number } | null = null;
  const remaining = (publishedAt: number) => {
    origin ??= { event: publishedAt, wall: clock.monotonic() };
    return origin.wall + (publishedAt - origin.event) / speed - clock.monotonic();
  };
  return {
    mustWait: (publishedAt) => remaining(publishedAt) > GRAIN_MS,
    wait: async (publishedAt, signal) => {
      for (let ms = remaining(publishedAt); ms > GRAIN_MS && !signal.aborted; ms = remaining(publishedAt)) {
        await clock.sleep(Math.min(ms, LONGEST_SLEEP_MS), signal);
      }
    },
  };
}
