import type { Clock } from '../core/clock.js';
import { CancelledError, type Reason } from '../core/errors.js';
import type { LogMessage } from '../core/log.js';
import type { ModelVersion } from '../core/scored.js';
import {
  startThreadLife,
  type LossReason,
  type ThreadLife,
  type ThreadLifeOptions,
  type ThreadLostError,
} from './understand-thread-life.js';
import type { BatchAnswer, SwitchRequest } from './understand-thread-bytes.js';

export interface ThreadLivesOptions extends Omit<ThreadLifeOptions, 'successor' | 'onReady'> {
  readonly clock: Pick<Clock, 'sleep'>;
  /** A thread was lost, and another one takes its place. */
  readonly onRestart: (reason: LossReason) => void;
  /** One that shall take a place cannot start and is tried again after a pause; null when it has started. */
  readonly onStartFailed: (problem: Reason | null) => void;
}

/** Threads one after the other, each in the place of one that was lost; asked as one. */
export interface ThreadLives extends Pick<ThreadLife, 'ask' | 'switchModel' | 'end'> {
  /** From now on nothing waits for a thread that cannot start: it is rejected with CancelledError. What a thread is at goes on. */
  stopTrying(): void;
}

/** Of the pause before a start that has failed is tried again; it doubles with each failure in a row. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Starts the first one, whose failing start is final; of a later one it is, unless its error says that it is worth a retry. */
export function startThreadLives(options: ThreadLivesOptions): ThreadLives {
  return new Lives(options);
}

class Lives implements ThreadLives {
  readonly #ending = new AbortController();
  #understanding: ThreadLivesOptions['options'];
  #life: ThreadLife;
  #wasReady = false;
  /** Starts that failed in a row. */
  #failures = 0;
  #next: Promise<void> | null = null;

  constructor(private readonly options: ThreadLivesOptions) {
    this.#understanding = options.options;
    this.#life = this.#start();
  }

  async ask(messages: readonly LogMessage[]): Promise<BatchAnswer> {
    const loss = this.#life.loss();
    if (loss?.restart !== true) return this.#life.ask(messages).catch((error: unknown) => this.#fail(error));
    const next = (this.#next ??= this.#replace(loss));
    await next;
    if (this.#next === next) this.#next = null;
    return this.ask(messages);
  }

  async switchModel(sent: SwitchRequest['switchTo']): Promise<ModelVersion> {
    const model = await this.#life.switchModel(sent);
    // A thread that is started again later begins with them.
    this.#understanding = { ...this.#understanding, ...sent };
    return model;
  }

  stopTrying(): void {
    this.#ending.abort();
    if (this.#failures > 0) void this.#life.end();
  }

  end(): Promise<void> {
    this.#ending.abort();
    return this.#life.end();
  }

  #start(): ThreadLife {
    return startThreadLife({
      ...this.options,
      options: this.#understanding,
      successor: this.#wasReady,
      onReady: () => {
        this.#wasReady = true;
        if (this.#failures > 0) this.options.onStartFailed(null);
        this.#failures = 0;
      },
    });
  }

  async #replace(loss: ThreadLostError): Promise<void> {
    const { clock, onRestart, onStartFailed } = this.options;
    if (loss.problem === null) onRestart(loss.reason);
    else {
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
      this.#failures += 1;
      onStartFailed(loss.problem);
      await clock.sleep(pauseMs, this.#ending.signal);
      if (this.#ending.signal.aborted) this.#fail(loss);
    }
    this.#life = this.#start();
  }

  /** What waited for a thread that did not start in time for the end is read at the next start of the service. */
  #fail(error: unknown): never {
    if (!this.#ending.signal.aborted || this.#failures === 0) throw error;
    const words = 'The service ended while the thread that reads texts could not be started.';
    throw new CancelledError('cancelled', words, { cause: error });
  }
}
