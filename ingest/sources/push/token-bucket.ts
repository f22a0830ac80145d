import type { Clock } from '../../../pipeline/core/clock.js';

export interface TokenBucket {
  /** Null when there was a token, else in how many seconds (at least 1) there is the next. */
  take(): number | null;
}

/** At most `perMinute` in the long run, and the share of ten seconds at once. */
export function createTokenBucket(perMinute: number, clock: Pick<Clock, 'monotonic'>): TokenBucket {
  const capacity = Math.max(1, perMinute / 6);
  const perMs = perMinute / 60_000;
  let tokens = capacity;
  let at = clock.monotonic();
  return {
    take() {
      const now = clock.monotonic();
      tokens = Math.min(capacity, tokens + (now - at) * perMs);
      at = now;
      if (tokens < 1) return Math.max(1, Math.ceil((1 - tokens) / perMs / 1_000));
      tokens -= 1;
      return null;
    },
  };
}
