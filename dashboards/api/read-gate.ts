import { ProblemError } from './problem.js';

/** Lets a bounded number of reads run at once, so that no caller can starve the monitor of its store. */
export type ReadGate = <T>(read: () => Promise<T>) => Promise<T>;

/** Beyond `maxRunning` reads wait in order; beyond `maxWaiting` they are refused with 429. */
export function createReadGate(options: {
  readonly maxRunning: number;
  readonly maxWaiting: number;
}): ReadGate {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (read) => {
    if (running >= options.maxRunning) {
      if (waiting.length >= options.maxWaiting) {
        throw new ProblemError(429, 'Too many queries run at once; try again in a second or ask for less.');
      }
      // The one who leaves hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await read();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
