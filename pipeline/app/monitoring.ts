import type { Clock } from '../core/clock.js';
import { BellwetherError, ConfigError } from '../core/errors.js';
import { createAlerting, type Alerting, type AlertingOptions } from './alerting.js';

export interface MonitoringOptions {
  /** Asked for at each take-over. */
  readonly alerting: () => AlertingOptions;
  /** Tells the store that this process writes from now on, so that one that was replaced can do no harm. */
  readonly takeOver: () => Promise<void>;
  /** The opposite: whatever this process still writes loses. */
  readonly standDown: () => void;
  readonly onActive: (active: boolean) => void;
}

/**
 * Detection and mail of the one process that holds the scored topic; a standby has none.
 *
 * Every take-over begins with empty caches: what another process has stored meanwhile is read again.
 */
export interface Monitoring {
  /** Null while this process stands by. */
  readonly alerting: Alerting | null;
  readonly state: 'active' | 'standby';
  /** Aborted when the present term ends; null while this process stands by. */
  readonly signal: AbortSignal | null;
  /** Called before the first scored message comes; and when the topic went to another process. */
  readonly activate: () => Promise<void>;
  readonly deactivate: () => Promise<void>;
  /** Lets detection begin; before, the address for links in mails is not known. Ends with the signal, rejects when detection cannot go on. */
  run(signal: AbortSignal): Promise<void>;
}

interface Term {
  readonly alerting: Alerting;
  readonly abort: AbortController;
  running: Promise<void> | null;
}

export function createMonitoring(options: MonitoringOptions): Monitoring {
  let term: Term | null = null;
  let begun = false;
  const tenure = new Tenure();
  let reject: (error: unknown) => void = () => undefined;

  const begin = (of: Term) => {
    if (!begun || of.running !== null) return;
    of.running = of.alerting.surveillance.run(of.abort.signal);
    of.running.catch((error: unknown) => {
      // The store knows before the log does, which will take the topic away.
      if (isReplaced(error)) end().catch(reject);
      else reject(error);
    });
  };
  const end = async () => {
    const ending = term;
    if (ending === null) return;
    term = null;
    options.onActive(false);
    ending.abort.abort();
    // Its failure has reached `run` already.
    await ending.running?.catch(() => undefined);
    await ending.alerting.store.flush();
  };
  return {
    get alerting() {
      return term?.alerting ?? null;
    },
    get state() {
      return term === null ? 'standby' : 'active';
    },
    get signal() {
      return term?.abort.signal ?? null;
    },
    async activate() {
      const stillHeld = tenure.assigned();
      await end();
      const alerting = await takeOver(options, stillHeld);
      if (alerting === null) {
        if (!tenure.held) options.standDown();
        return;
      }
      term = { alerting, abort: new AbortController(), running: null };
      options.onActive(true);
      begin(term);
    },
    async deactivate() {
      tenure.revoked();
      await end();
      // Not in `end`: when the service stops, what is in work is still stored and rolled up before the topic is given up.
      if (!tenure.held) options.standDown();
    },
    run: (signal) =>
      new Promise((resolve, rejectRun) => {
        reject = rejectRun;
        begun = true;
        if (term !== null) begin(term);
        onAbort(signal, () => {
          end().then(resolve, rejectRun);
        });
      }),
  };
}

/** Whether the topic is ours, so that an answer of the store that comes after a revocation is known as such. */
class Tenure {
  held = false;
  #changes = 0;

  /** Answers whether nothing has changed since. */
  assigned(): () => boolean {
    this.held = true;
    const own = (this.#changes += 1);
    return () => own === this.#changes;
  }

  revoked(): void {
    this.held = false;
    this.#changes += 1;
  }
}

/** Null when the topic went to another process meanwhile: then this one must not work as if it had it. */
async function takeOver(
  options: Pick<MonitoringOptions, 'takeOver' | 'alerting'>,
  stillHeld: () => boolean,
): Promise<Alerting | null> {
  if (!stillHeld()) return null;
  await options.takeOver();
  if (!stillHeld()) return null;
  const alerting = await createAlerting(options.alerting());
  return stillHeld() ? alerting : null;
}

function onAbort(signal: AbortSignal, work: () => void): void {
  if (signal.aborted) work();
  else signal.addEventListener('abort', work, { once: true });
}

/** Whether another monitor has taken over: what this one was at, that one goes on with. */
export function isReplaced(error: unknown): boolean {
  return error instanceof BellwetherError && error.code === 'not_the_active_monitor';
}

/** A monitor that is killed is replaced within this time. */
const TAKE_OVER_MS = 15_000;

/** Only the active monitor may change what is stored; throws ConfigError `not_the_active_monitor` when this one does not become it. */
export async function untilActive(
  monitoring: Pick<Monitoring, 'state'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const deadline = clock.monotonic() + TAKE_OVER_MS;
  while (monitoring.state === 'standby' && clock.monotonic() < deadline && !signal.aborted)
    await clock.sleep(100, signal);
  requireActive(monitoring);
}

/** The same without a wait, for who has others behind him. */
export function requireActive({ state }: Pick<Monitoring, 'state'>): void {
  if (state === 'active') return;
  throw new ConfigError(
    'not_the_active_monitor',
    'This process is not the active monitor of the installation. Run the command where that one runs (its /readyz says "active").',
  );
}
