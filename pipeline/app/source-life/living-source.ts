import { setMaxListeners } from 'node:events';

import { addRefused } from '../../../ingest/refused-requests.js';
import type { Source, SourceStatus } from '../../../ingest/source.js';
import type { Clock } from '../../core/clock.js';
import { BellwetherError } from '../../core/errors.js';
import type { Logger } from '../../telemetry/logger.js';
import type { ConfiguredSource, ConfiguredType } from '../sources/source-kit.js';
import type { Pause } from './pace-deliveries.js';

/** A source as people see it: its own figures, of all its runs in this process together. */
export interface LivingStatus extends SourceStatus {
  readonly type: ConfiguredType;
  readonly name: string;
  readonly licence: string | null;
  /** Milliseconds: from when on its figures count; none of them outlives the process. */
  readonly countedSince: number;
  /** Milliseconds: when it was started last. */
  readonly startedAt: number;
  /** False for one that was stopped, has failed or has finished: nothing is to be expected of it. */
  readonly running: boolean;
  /** Milliseconds: until when it keeps to its `maxPerMinute`; null when it does not have to wait. */
  readonly pausedUntil: number | null;
}

export interface RunLife {
  readonly signal: AbortSignal;
  /** See `pausedUntil`. */
  readonly onPause: (pause: Pause | null) => void;
}

export interface LivingOptions {
  /** Runs a source to its end with what its documents are delivered to. */
  readonly run: (entry: ConfiguredSource, source: Source, life: RunLife) => Promise<void>;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly logger: Pick<Logger, 'error'>;
  /** Told of what no source may throw: the service cannot go on. */
  readonly onBug: (error: unknown) => void;
}

interface Run {
  readonly source: Source;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** A stop waits no longer than that for a source that hangs; its delivery is refused by the signal. */
const STOP_LIMIT_MS = 20_000;

type Figures = Omit<SourceStatus, 'id' | keyof StateNow>;
type StateNow = Pick<SourceStatus, 'state' | 'reason' | 'cause'>;
const BY_HAND: StateNow = {
  state: 'stopped',
  reason: 'Stopped by hand; "bellwether sources start" lets it go on.',
  cause: { code: 'stopped_by_hand' },
};
const NO_FIGURES: Figures = {
  lastDeliveryAt: null,
  lastContactAt: null,
  delivered: 0,
  rejected: 0,
  refused: null,
};

/** One entry of the configuration over several runs; each has a source and an AbortController of its own. */
export class LivingSource {
  #run: Run | null = null;
  /** Of the run that counts: what one that was given up does later changes nothing. */
  #signal: AbortSignal | null = null;
  #earlier: Figures = NO_FIGURES;
  readonly #countedSince: number;
  #startedAt: number;
  #failure: BellwetherError | null = null;
  #ended = true;
  #stoppedByHand = false;
  #pause: Pause | null = null;

  constructor(
    public entry: ConfiguredSource,
    private readonly options: LivingOptions,
  ) {
    this.#countedSince = options.clock.now();
    this.#startedAt = this.#countedSince;
  }

  get running(): boolean {
    return !this.#ended;
  }

  /** By a person, who alone starts it again. */
  get stoppedByHand(): boolean {
    return this.#stoppedByHand;
  }

  /** It has ended with an error that a person can mend. */
  get failed(): boolean {
    return this.#failure !== null;
  }

  /** Takes a source that was made for the present entry and has not run. The one before has to be stopped. */
  start(source: Source): void {
    if (this.#run !== null) this.#earlier = figuresOf(this.#run.source.status(), this.#earlier);
    const abort = new AbortController();
    // A source may listen to it once for each pause and request: more than ten are no leak.
    setMaxListeners(0, abort.signal);
    this.#failure = null;
    this.#pause = null;
    this.#stoppedByHand = false;
    this.#ended = false;
    this.#startedAt = this.options.clock.now();
    this.#signal = abort.signal;
    this.#run = { source, abort, done: this.#runToEnd(source, abort.signal) };
  }

  /** Resolves when the source has ended, with the delivery that was under way, or hangs for 20 s: it is given up then, with an error in the log. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    run.abort.abort();
    const over = new AbortController();
    await Promise.race([run.done, this.options.clock.sleep(STOP_LIMIT_MS, over.signal)]);
    over.abort();
    if (this.#ended || this.#run !== run) return;
    this.#ended = true;
    this.options.logger.error('A source does not stop and was given up.', {
      source: this.entry.id,
      waitedMs: STOP_LIMIT_MS,
    });
  }

  /** As `stop`, for a person: it stays stopped until it is started by hand. */
  async stopByHand(): Promise<void> {
    this.#stoppedByHand = true;
    this.#failure = null;
    await this.stop();
  }

  status(): LivingStatus {
    const { entry } = this;
    const told = this.#run?.source.status();
    const own = told === undefined ? undefined : withPause(told, this.#pause);
    return {
      id: entry.id,
      type: entry.type,
      name: entry.type === 'demo' ? entry.id : entry.name,
      licence: entry.type === 'demo' ? null : entry.licence,
      countedSince: this.#countedSince,
      startedAt: this.#startedAt,
      running: this.running,
      pausedUntil: this.running ? (this.#pause?.until ?? null) : null,
      ...(own === undefined ? this.#earlier : figuresOf(own, this.#earlier)),
      ...this.#stateNow(own),
    };
  }

  #stateNow(own: SourceStatus | undefined): StateNow {
    if (this.#stoppedByHand) return BY_HAND;
    // What a person has to mend stays in sight.
    if (this.#failure !== null) {
      const { code, message, facts } = this.#failure;
      return { state: 'degraded', reason: message, cause: { code, facts } };
    }
    if (own === undefined) return { state: 'starting', reason: null, cause: null };
    return { state: own.state, reason: own.reason, cause: own.cause };
  }

  async #runToEnd(source: Source, signal: AbortSignal): Promise<void> {
    const onPause = (pause: Pause | null) => {
      if (this.#signal === signal) this.#pause = pause;
    };
    try {
      await this.options.run(this.entry, source, { signal, onPause });
    } catch (error) {
      if (!signal.aborted) this.#brokeDown(error);
    } finally {
      if (this.#signal === signal) this.#ended = true;
    }
  }

  #brokeDown(error: unknown): void {
    if (!(error instanceof BellwetherError)) {
      this.options.onBug(error);
      return;
    }
    this.#failure = error;
    this.options.logger.error('A source stopped and needs attention.', {
      source: this.entry.id,
      reason: error.message,
    });
  }
}

/** What the source will say as soon as it hears that its delivery is safe. */
function withPause(own: SourceStatus, pause: Pause | null): SourceStatus {
  if (pause === null) return own;
  const { at, documents } = pause;
  return {
    ...own,
    state: own.state === 'starting' ? 'ok' : own.state,
    delivered: own.delivered + documents,
    lastDeliveryAt: documents === 0 ? own.lastDeliveryAt : at,
    lastContactAt: at,
  };
}

function figuresOf(own: SourceStatus, earlier: Figures): Figures {
  return {
    lastDeliveryAt: own.lastDeliveryAt ?? earlier.lastDeliveryAt,
    lastContactAt: own.lastContactAt ?? earlier.lastContactAt,
    delivered: earlier.delivered + own.delivered,
    rejected: earlier.rejected + own.rejected,
    refused: addRefused(earlier.refused, own.refused),
  };
}
