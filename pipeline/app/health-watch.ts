import type { Config } from '../../config/schema.js';
import type { Clock } from '../core/clock.js';
import type { World } from '../core/document.js';
import { BellwetherError, type Reason } from '../core/errors.js';
import type { DurableLog } from '../core/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Lag } from './flow.js';
import type { Roles } from './roles.js';

/** The same as in the rule BellwetherBacklog. */
const MOST_BEHIND = 20_000;
/** A refused append says something for so long: without traffic nothing would ever take it back. */
const REFUSAL_COUNTS_MS = 30_000;
const STORE_SILENT_MS = 10_000;
const DETECTION_WAITS_MS = 120_000;
const PING_EVERY_MS = 2_000;

export interface HealthWatchOptions {
  readonly clock: Clock;
  readonly roles: Roles;
  readonly config: { readonly alerts: Pick<Config['alerts'], 'evaluateEverySeconds'> };
  readonly world: World;
}

/** What stands in the way of this process, told by those who meet it. Each is true for now and ends by itself. */
export interface HealthWatch {
  /** One sentence each, with what to do; empty when all is well. */
  readonly reasons: readonly string[];
  /** On their way when the log answered last. */
  readonly behind: Lag;
  /** How far behind the stages are, or why the log does not say. */
  lag(answer: Lag | BellwetherError): void;
  /** The same log; remembers what it refused. */
  guard(log: Pick<DurableLog, 'append'>): Pick<DurableLog, 'append'>;
  /** Asks the store, when there is one, until the signal; one question at a time. */
  watchStore(store: { ping(): Promise<void> } | null, signal: AbortSignal): Promise<void>;
  /** Why the thread that reads texts cannot be started again for now; null when it reads. */
  reading(problem: Reason | null): void;
  /** Whether detection is up to this process. */
  detects(active: boolean): void;
  /** The same metrics; remembers when detection has looked. */
  listenTo(metrics: Metrics): Metrics;
}

export function createHealthWatch(options: HealthWatchOptions): HealthWatch {
  const log = new LogWatch(options);
  const store = new StoreWatch(options.clock);
  const detection = new DetectionWatch(options);
  let unread: Reason | null = null;
  return {
    get reasons() {
      return [...log.reasons(), ...store.reasons(), ...readingReasons(unread), ...detection.reasons()];
    },
    get behind() {
      return log.behind;
    },
    lag: (answer) => {
      log.told(answer);
    },
    guard: (guarded) => log.guard(guarded),
    watchStore: (asked, signal) => store.watch(asked, signal),
    reading: (problem) => {
      unread = problem;
    },
    detects: (active) => {
      detection.begin(active);
    },
    listenTo: (metrics) => ({
      ...metrics,
      evaluated: (atSeconds) => {
        detection.begin(true);
        metrics.evaluated(atSeconds);
      },
    }),
  };
}

function readingReasons(problem: Reason | null): readonly string[] {
  if (problem === null) return [];
  return [
    `The thread that reads texts cannot be started again (${problem.message}). Documents wait in the log; it is tried again at least once a minute.`,
  ];
}

class LogWatch {
  behind: Lag = { understand: 0, monitor: 0 };
  #failure: BellwetherError | null = null;
  #refused: { readonly message: string; readonly at: number } | null = null;

  constructor(private readonly options: Pick<HealthWatchOptions, 'clock' | 'roles'>) {}

  told(answer: Lag | BellwetherError): void {
    this.#failure = answer instanceof BellwetherError ? answer : null;
    if (!(answer instanceof BellwetherError)) this.behind = answer;
  }

  guard(log: Pick<DurableLog, 'append'>): Pick<DurableLog, 'append'> {
    const { clock } = this.options;
    return {
      append: async (topic, records, options) => {
        try {
          const places = await log.append(topic, records, options);
          this.#refused = null;
          return places;
        } catch (error) {
          if (error instanceof BellwetherError)
            this.#refused = { message: error.message, at: clock.monotonic() };
          throw error;
        }
      },
    };
  }

  reasons(): readonly string[] {
    const { clock, roles } = this.options;
    if (this.#failure !== null) return [`The log does not answer: ${this.#failure.message}`];
    const reasons: string[] = [];
    if (this.#refused !== null && clock.monotonic() - this.#refused.at < REFUSAL_COUNTS_MS)
      reasons.push(this.#refused.message);
    const { understand, monitor } = this.behind;
    // The edge takes documents however many there are.
    const works = roles.has('understand') || roles.has('monitor');
    if (works && Math.max(understand, monitor) > MOST_BEHIND)
      reasons.push(
        `The work is behind: ${understand} documents wait to be read, ${monitor} to be stored. None is lost; page and alerts are late.`,
      );
    return reasons;
  }
}

class StoreWatch {
  #answeredAt: number | null = null;
  #words = 'no word from it';

  constructor(private readonly clock: Clock) {}

  async watch(store: { ping(): Promise<void> } | null, signal: AbortSignal): Promise<void> {
    if (store === null) return;
    this.#answeredAt = this.clock.monotonic();
    while (!signal.aborted) {
      try {
        await store.ping();
        this.#answeredAt = this.clock.monotonic();
      } catch (error) {
        if (!(error instanceof BellwetherError)) throw error;
        this.#words = error.message;
      }
      await this.clock.sleep(PING_EVERY_MS, signal);
    }
  }

  reasons(): readonly string[] {
    const silentMs = this.#answeredAt === null ? 0 : this.clock.monotonic() - this.#answeredAt;
    if (silentMs < STORE_SILENT_MS) return [];
    return [
      `The store has not answered for ${Math.round(silentMs / 1_000)} s (${this.#words}). Documents wait in the log; it goes on by itself.`,
    ];
  }
}

/** On the wall clock alone: in a replay world detection follows the documents. */
class DetectionWatch {
  #looked: { readonly now: number; readonly monotonic: number } | null = null;

  constructor(private readonly options: Pick<HealthWatchOptions, 'clock' | 'world' | 'config'>) {}

  begin(active: boolean): void {
    const { clock, world } = this.options;
    this.#looked = active && world !== 'replay' ? { now: clock.now(), monotonic: clock.monotonic() } : null;
  }

  reasons(): readonly string[] {
    const { clock, config } = this.options;
    const mostMs = DETECTION_WAITS_MS + config.alerts.evaluateEverySeconds * 1_000;
    if (this.#looked === null || clock.monotonic() - this.#looked.monotonic < mostMs) return [];
    const since = new Date(this.#looked.now).toISOString();
    return [
      `Detection has not looked since ${since}, so no alert can fire: documents are on their way, or the store or the outbox takes nothing.`,
    ];
  }
}
