import type { Clock } from '../../pipeline/core/clock.js';
import { CancelledError, UnavailableError } from '../../pipeline/core/errors.js';
import { retryAfterMs } from './retry-after.js';

/** Requests to one host, one after the other with a gap; shared by all sources of a process. */
export interface HostQueue {
  /**
   * Resolves when a request may be sent to the host, in the order in which it was asked for.
   *
   * Throws UnavailableError (retriable) at once when the host asked to be left alone (`host_held`) or too many wait already
   * (`host_busy`), and CancelledError.
   */
  take(host: string, signal: AbortSignal): Promise<void>;
  /** The host asked for no request for a while (`retryAfter` as it wrote it); a shorter time takes nothing from a longer one. */
  hold(host: string, retryAfter: string | undefined): void;
}

export interface HostQueueOptions {
  readonly clock: Clock;
  /** Between the starts of two requests to a host; default 1 s. */
  readonly gapMs?: number;
  /** Of one host; the next are refused. */
  readonly maxWaiting?: number;
}

/** Times are those of the monotonic clock: setting the other one holds nobody up. */
interface Host {
  nextAt: number;
  heldUntil: number;
  waiting: number;
  turn: Promise<void>;
}

const DEFAULT_GAP_MS = 1_000;
const DEFAULT_MAX_WAITING = 500;
/** A shorter hold is waited for in the queue. */
const PATIENCE_MS = 5_000;
/** Beyond so many hosts those that are at rest are forgotten. */
const MAX_HOSTS = 2_000;

/** Memory: one small entry a host, one promise a waiting request. */
export function createHostQueue(options: HostQueueOptions): HostQueue {
  const { clock } = options;
  const gapMs = options.gapMs ?? DEFAULT_GAP_MS;
  const maxWaiting = options.maxWaiting ?? DEFAULT_MAX_WAITING;
  const hosts = new Map<string, Host>();

  const entry = (name: string): Host => {
    const known = hosts.get(name);
    if (known !== undefined) return known;
    if (hosts.size >= MAX_HOSTS) forgetResting(hosts, clock.monotonic());
    const host: Host = { nextAt: -Infinity, heldUntil: -Infinity, waiting: 0, turn: Promise.resolve() };
    hosts.set(name, host);
    return host;
  };

  return {
    take: async (name, signal) => {
      const host = entry(name);
      refuseHeld(name, host, clock);
      if (host.waiting >= maxWaiting) {
        throw new UnavailableError('host_busy', `${maxWaiting} requests wait for ${name} already.`, {
          retriable: true,
        });
      }
      host.waiting += 1;
      const turn = host.turn.then(() => waitTurn(name, host, { clock, gapMs, signal }));
      // The next in the queue waits for this one, however it ends.
      host.turn = turn.catch(() => undefined);
      try {
        await orAborted(turn, signal);
      } finally {
        host.waiting -= 1;
      }
    },
    hold: (name, retryAfter) => {
      const forMs = retryAfterMs(retryAfter, clock.now());
      if (forMs === 0) return;
      const host = entry(name);
      host.heldUntil = Math.max(host.heldUntil, clock.monotonic() + forMs);
    },
  };
}

interface Waiting {
  readonly clock: Clock;
  readonly gapMs: number;
  readonly signal: AbortSignal;
}

async function waitTurn(name: string, host: Host, { clock, gapMs, signal }: Waiting): Promise<void> {
  while (!signal.aborted) {
    refuseHeld(name, host, clock);
    const now = clock.monotonic();
    const waitMs = Math.max(host.nextAt, host.heldUntil) - now;
    if (waitMs <= 0) {
      host.nextAt = now + gapMs;
      return;
    }
    await clock.sleep(waitMs, signal);
  }
  throw cancelled();
}

/** Who gives up does not wait for the turn. */
function orAborted(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(cancelled());
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function cancelled(): CancelledError {
  return new CancelledError('cancelled', 'The request was cancelled while it waited for its turn.');
}

function refuseHeld(name: string, host: Host, clock: Clock): void {
  const forMs = host.heldUntil - clock.monotonic();
  if (forMs <= PATIENCE_MS) return;
  const until = clock.now() + forMs;
  const words = `${name} asked for no more requests until ${new Date(until).toISOString()}.`;
  throw new UnavailableError('host_held', words, { retriable: true, facts: { until } });
}

function forgetResting(hosts: Map<string, Host>, now: number): void {
  for (const [name, host] of hosts) {
    if (host.waiting === 0 && host.nextAt <= now && host.heldUntil <= now) hosts.delete(name);
  }
}
