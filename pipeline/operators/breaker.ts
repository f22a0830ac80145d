export interface BreakerOptions {
  /** How many consecutive documents are looked at. */
  readonly window: number;
  /** So many dead letters among them open it. */
  readonly limit: number;
}

/** 5 % of the last 1,000. */
export const BREAKER: BreakerOptions = { window: 1_000, limit: 50 };

/** Counts dead letters among consecutive documents; once open it stays open until it is reset. */
export interface Breaker {
  readonly open: boolean;
  /** Dead letters among the documents looked at. */
  readonly deadLetters: number;
  /** One document: answers true when it is the one that opens the breaker. */
  record(deadLettered: boolean): boolean;
  /** Counts from zero again. */
  reset(): void;
}

/**
 * Opens at `limit` dead letters within any `window` consecutive documents; a flood of them is a fault of ours, or of one
 * source, and must not empty the log into the dead letters. Memory: one byte for each document of the window.
 */
export function createBreaker({ window, limit }: BreakerOptions = BREAKER): Breaker {
  const last = new Uint8Array(window);
  let next = 0;
  let deadLetters = 0;
  let open = false;
  return {
    get open() {
      return open;
    },
    get deadLetters() {
      return deadLetters;
    },
    record(deadLettered) {
      const now = deadLettered ? 1 : 0;
      deadLetters += now - (last[next] ?? 0);
      last[next] = now;
      next = (next + 1) % window;
      if (open || deadLetters < limit) return false;
      open = true;
      return true;
    },
    reset() {
      last.fill(0);
      next = 0;
      deadLetters = 0;
      open = false;
    },
  };
}
