import type { Clock } from '../../pipeline/core/clock.js';

/** A clock that moves only when it is told to; sleepers wake when their time has come. */
export interface VirtualClock extends Clock {
  advance(ms: number): void;
  /** Moves to the next sleeper, if there is one. */
  advanceToNext(): void;
  readonly sleepers: () => number;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export function virtualClock(start: string): VirtualClock {
  let now = Date.parse(start);
  const sleeping = new Set<Sleeper>();
  const advance = (ms: number): void => {
    now += ms;
    for (const sleeper of sleeping) if (sleeper.until <= now) sleeper.wake();
  };
  return {
    now: () => now,
    monotonic: () => now,
    advance,
    advanceToNext: () => {
      const next = Math.min(...[...sleeping].map(({ until }) => until));
      if (Number.isFinite(next)) advance(Math.max(0, next - now));
    },
    sleepers: () => sleeping.size,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true || ms <= 0) {
          resolve();
          return;
        }
        const wake = () => {
          sleeping.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { until: now + ms, wake };
        sleeping.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
      }),
  };
}
