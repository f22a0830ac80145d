export interface ReconnectOptions {
  /** Wait before the second attempt; doubles with each further failure. */
  readonly initialMs: number;
  readonly maxMs: number;
  /** Bound on attempts in any 60 s, whatever happens. */
  readonly attemptsPerMinute: number;
  /** In [0, 1). */
  readonly random: () => number;
}

export const DEFAULT_RECONNECT = { initialMs: 1_000, maxMs: 300_000, attemptsPerMinute: 6 } as const;

/** Decides how long to wait before the next attempt to connect. */
export interface ReconnectSchedule {
  /** Notes an attempt that begins now, in monotonic milliseconds. */
  attempted(now: number): void;
  /** `lastedMs` is how long the connection stood; 0 when there was none. Returns milliseconds to wait. */
  waitMs(lastedMs: number, now: number): number;
}

const MINUTE_MS = 60_000;
/** A connection that stood so long worked. */
export const STABLE_MS = 20_000;

/**
 * Doubling waits with jitter from half to the whole, so that many clients of a server that came back do not come at once.
 *
 * A connection that stood for 20 s starts the doubling anew. A server that takes connections and drops them at once is no
 * reason for a storm: never more than `attemptsPerMinute` in any 60 s.
 */
export function createReconnectSchedule(options: ReconnectOptions): ReconnectSchedule {
  let failures = 0;
  let attempts: readonly number[] = [];
  return {
    attempted: (now) => {
      attempts = [...attempts, now].slice(-options.attemptsPerMinute);
    },
    waitMs: (lastedMs, now) => {
      failures = lastedMs >= STABLE_MS ? 0 : failures + 1;
      const doubled = options.initialMs * 2 ** Math.min(Math.max(0, failures - 1), 30);
      const wait = Math.min(options.maxMs, doubled) * (0.5 + options.random() / 2);
      const oldest = attempts.length < options.attemptsPerMinute ? undefined : attempts[0];
      return oldest === undefined ? wait : Math.max(wait, oldest + MINUTE_MS - now);
    },
  };
}
