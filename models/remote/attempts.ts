import type { Classification } from '../../pipeline/core/model.js';
import type { RemoteHost } from './remote-host.js';

export type Outcome = {
  readonly host: RemoteHost;
  /** Those that were asked before it and have not answered yet. */
  readonly overtaken: readonly RemoteHost[];
} & ({ readonly answers: readonly Classification[] } | { readonly answers: null; readonly error: unknown });

/** One question on its way to several hosts. */
export interface Attempts {
  /** Whether any of those that were asked may still answer. */
  areOpen(): boolean;
  /** Asks a host that has no open question; it is told to stop after so long. */
  begin(host: RemoteHost, timeMs: number): void;
  /** The next that answers or fails; null when none does for so long. */
  next(patienceMs: number): Promise<Outcome | null>;
  /** Nobody waits for those that are open any more. Never throws. */
  stop(): void;
}

type Answer = (host: RemoteHost, signal: AbortSignal) => Promise<readonly Classification[]>;

/** Holds at most one timer a host, and none when all have answered or were stopped. */
export function createAttempts(ask: Answer): Attempts {
  // In the order in which they were asked.
  const open = new Map<RemoteHost, { readonly outcome: Promise<Outcome>; readonly stop: () => void }>();
  const run = async (host: RemoteHost, signal: AbortSignal): Promise<Outcome> => {
    const said = await ask(host, signal).then(
      (answers) => ({ answers }),
      (error: unknown) => ({ answers: null, error }),
    );
    const hosts = [...open.keys()];
    return { host, overtaken: hosts.slice(0, hosts.indexOf(host)), ...said };
  };
  return {
    areOpen: () => open.size > 0,
    begin(host, timeMs) {
      const controller = new AbortController();
      const end = () => {
        controller.abort(new DOMException('The time is over.', 'TimeoutError'));
      };
      const timer = setTimeout(end, timeMs);
      const outcome = run(host, controller.signal).finally(() => {
        clearTimeout(timer);
      });
      open.set(host, { outcome, stop: end });
    },
    async next(patienceMs) {
      const outcome = await firstOf(
        Array.from(open.values(), (attempt) => attempt.outcome),
        patienceMs,
      );
      if (outcome !== null) open.delete(outcome.host);
      return outcome;
    },
    stop() {
      for (const { stop } of open.values()) stop();
      open.clear();
    },
  };
}

async function firstOf<T>(promises: readonly Promise<T>[], patienceMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, patienceMs, null);
  });
  try {
    return await Promise.race([...promises, patience]);
  } finally {
    clearTimeout(timer);
  }
}
