import { Worker } from 'node:worker_threads';

import { BellwetherError, RejectedError, type Reason } from '../core/errors.js';
import { armedTextFault } from '../core/failpoint.js';
import type { LogMessage } from '../core/log.js';
import type { ModelVersion } from '../core/scored.js';
import type { ModelEvent } from '../telemetry/model-metrics.js';
import {
  pack,
  type BatchAnswer,
  type BatchRequest,
  type StartFailure,
  type SwitchAnswer,
  type SwitchRequest,
  type ThreadData,
  type ThreadMessage,
} from './understand-thread-bytes.js';
import type { UnderstandingOptions } from './understanding.js';

export type LossReason = 'hang' | 'crash';

interface Loss {
  readonly reason: LossReason;
  /** Another thread may do better. */
  readonly restart: boolean;
  /** The batch in question is the one that it was at. */
  readonly blamed: boolean;
  /** Why it could not start; null when it was lost later. */
  readonly problem: Reason | null;
  readonly cause: unknown;
}

/** The thread is gone. */
export class ThreadLostError extends Error implements Omit<Loss, 'cause'> {
  override readonly name = 'ThreadLostError';
  readonly reason: LossReason;
  readonly restart: boolean;
  readonly blamed: boolean;
  readonly problem: Reason | null;

  constructor(message: string, { reason, restart, blamed, problem, cause }: Loss) {
    super(message, { cause });
    this.reason = reason;
    this.restart = restart;
    this.blamed = blamed;
    this.problem = problem;
  }
}

export interface ThreadLifeOptions {
  readonly entry: string;
  readonly options: UnderstandingOptions;
  /** Longest time from one answer to the next while there is work. */
  readonly deadlineMs: number;
  /** One has read texts before it: a start that only fails for now is worth another try. */
  readonly successor: boolean;
  readonly onReady: () => void;
  readonly onObserved: (event: ModelEvent) => void;
}

/** One thread, from its start to its end; it answers in the order in which it is asked. */
export interface ThreadLife {
  ask(messages: readonly LogMessage[]): Promise<BatchAnswer>;
  /** Rejects with RejectedError when the thread refuses the model, and with ThreadLostError when it is gone; one at a time. */
  switchModel(next: SwitchRequest['switchTo']): Promise<ModelVersion>;
  loss(): ThreadLostError | null;
  end(): Promise<void>;
}

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Reading model and names takes 1 to 2 s; a thread that needs this long is not going to start. */
const START_DEADLINE_MS = 120_000;
/** Of a batch's time; the rest is for reading, linking and packing. */
const MODEL_SHARE = 0.75;

export function startThreadLife(options: ThreadLifeOptions): ThreadLife {
  return new Life(options);
}

class Life implements ThreadLife {
  private readonly worker: Worker;
  private readonly waiting: Waiting<BatchAnswer>[] = [];
  private switching: Waiting<ModelVersion> | null = null;
  /**
   * Sent when the thread is ready, and not before: its end would be heard of before its beginning when the first text takes
   * it along, and then look like a thread that cannot start.
   */
  private readonly unsent: (() => void)[] = [];
  private ready = false;
  private ended = false;
  private lost: ThreadLostError | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ThreadLifeOptions) {
    const workerData: ThreadData = {
      options: options.options,
      modelBudgetMs: options.deadlineMs * MODEL_SHARE,
      textFault: armedTextFault(),
    };
    this.worker = new Worker(options.entry, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 },
    });
    this.worker.on('message', (message: ThreadMessage) => {
      this.hear(message);
    });
    this.worker.on('error', (error) => {
      this.lose('crash', `The thread that reads texts failed: ${error.message}`, error);
    });
    this.worker.on('exit', (code) => {
      this.lose('crash', `The thread that reads texts ended with ${code}.`);
    });
  }

  ask(messages: readonly LogMessage[]): Promise<BatchAnswer> {
    return new Promise((resolve, reject) => {
      if (this.lost !== null) {
        reject(this.lost);
        return;
      }
      this.waiting.push({ resolve, reject });
      this.send(() => {
        const request = toRequest(messages);
        this.worker.postMessage(request, [request.bytes.buffer as ArrayBuffer]);
      });
      if (this.waiting.length === 1) this.watch();
    });
  }

  switchModel(switchTo: SwitchRequest['switchTo']): Promise<ModelVersion> {
    return new Promise((resolve, reject) => {
      if (this.lost !== null) {
        reject(this.lost);
        return;
      }
      this.switching = { resolve, reject };
      const request: SwitchRequest = { switchTo };
      this.send(() => {
        this.worker.postMessage(request);
      });
    });
  }

  loss(): ThreadLostError | null {
    return this.lost;
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.worker.terminate();
  }

  private send(post: () => void): void {
    if (this.ready) post();
    else this.unsent.push(post);
  }

  private hear(message: ThreadMessage): void {
    if (message === 'ready') {
      this.ready = true;
      this.options.onReady();
      for (const post of this.unsent.splice(0)) post();
    } else if ('startFailed' in message) {
      this.refuse(message);
      return;
    } else if ('observed' in message) {
      // News of the model is no sign that the batch goes on.
      this.options.onObserved(message.observed);
      return;
    } else if ('switched' in message) {
      this.settleSwitch(message);
      return;
    } else this.waiting.shift()?.resolve(message);
    this.watch();
  }

  private settleSwitch({ switched }: SwitchAnswer): void {
    if ('name' in switched) this.switching?.resolve(switched);
    else this.switching?.reject(new RejectedError(switched.code, switched.message));
    this.switching = null;
  }

  private watch(): void {
    clearTimeout(this.timer);
    if (this.waiting.length === 0 || this.lost !== null) return;
    const patience = this.ready ? this.options.deadlineMs : START_DEADLINE_MS;
    this.timer = setTimeout(() => {
      const message = `The thread that reads texts gave no answer for ${patience / 1_000} s.`;
      const slow = this.ready ? null : { code: 'thread_start_slow', message, retriable: true };
      this.lose('hang', message, undefined, slow);
    }, patience);
  }

  private refuse({ startFailed }: StartFailure): void {
    const { code, message, retriable } = startFailed;
    const cause = new BellwetherError(code, message, { retriable });
    this.lose('crash', `The thread that reads texts cannot start: ${message}`, cause, startFailed);
  }

  /** What is known to fail for now alone is a reason to try again; what ends a thread that starts in any other way is not. */
  private lose(
    reason: LossReason,
    message: string,
    cause?: unknown,
    failure: StartFailure['startFailed'] | null = null,
  ): void {
    if (this.lost !== null) return;
    clearTimeout(this.timer);
    const mayStart = failure?.retriable === true && this.options.successor;
    const restart = (this.ready || mayStart) && !this.ended;
    const loss = { reason, restart, problem: failure, cause };
    this.lost = new ThreadLostError(message, { ...loss, blamed: false });
    for (const [index, { reject }] of this.waiting.splice(0).entries())
      reject(new ThreadLostError(message, { ...loss, blamed: this.ready && index === 0 }));
    this.switching?.reject(this.lost);
    this.switching = null;
    void this.worker.terminate();
  }
}

function toRequest(messages: readonly LogMessage[]): BatchRequest {
  const { bytes, lengths } = pack(messages.map(({ value }) => value));
  const positions = messages.map(({ partition, offset, key, appendedAt }) => ({
    partition,
    offset,
    key,
    appendedAt,
  }));
  return { positions, lengths, bytes };
}
