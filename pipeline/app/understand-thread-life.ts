import { Worker } from 'node:worker_threads';

import { armedTextFault } from '../core/failpoint.js';
import type { LogMessage } from '../core/log.js';
import {
  pack,
  type BatchAnswer,
  type BatchRequest,
  type ThreadData,
  type ThreadMessage,
} from './understand-thread-bytes.js';
import type { UnderstandingOptions } from './understanding.js';

export type LossReason = 'hang' | 'crash';

/** The thread is gone; `restart` when another one may do better, `blamed` for the batch that it was at. */
export class ThreadLostError extends Error {
  override readonly name = 'ThreadLostError';

  constructor(
    message: string,
    readonly reason: LossReason,
    readonly restart: boolean,
    readonly blamed: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface ThreadLifeOptions {
  readonly entry: string;
  readonly options: UnderstandingOptions;
  /** Longest time from one answer to the next while there is work. */
  readonly deadlineMs: number;
}

/** One thread, from its start to its end; it answers in the order in which it is asked. */
export interface ThreadLife {
  ask(messages: readonly LogMessage[]): Promise<BatchAnswer>;
  loss(): ThreadLostError | null;
  end(): Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: BatchAnswer) => void;
  readonly reject: (error: ThreadLostError) => void;
}

/** Reading model and names takes 1 to 2 s; a thread that needs this long is not going to start. */
const START_DEADLINE_MS = 120_000;

export function startThreadLife({ entry, options, deadlineMs }: ThreadLifeOptions): ThreadLife {
  const workerData: ThreadData = { options, textFault: armedTextFault() };
  const worker = new Worker(entry, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 },
  });
  const waiting: Waiting[] = [];
  let ready = false;
  let ended = false;
  let lost: ThreadLostError | null = null;
  let timer: NodeJS.Timeout | undefined;
  const lose = (reason: LossReason, message: string, cause?: unknown) => {
    if (lost !== null) return;
    clearTimeout(timer);
    const restart = ready && !ended;
    const error = (blamed: boolean) => new ThreadLostError(message, reason, restart, blamed, { cause });
    lost = error(false);
    for (const [index, { reject }] of waiting.splice(0).entries()) reject(error(index === 0));
    void worker.terminate();
  };
  const watch = () => {
    clearTimeout(timer);
    if (waiting.length === 0 || lost !== null) return;
    const patience = ready ? deadlineMs : START_DEADLINE_MS;
    timer = setTimeout(() => {
      lose('hang', `The thread that reads texts gave no answer for ${patience / 1_000} s.`);
    }, patience);
  };
  worker.on('message', (message: ThreadMessage) => {
    if (message === 'ready') ready = true;
    else waiting.shift()?.resolve(message);
    watch();
  });
  worker.on('error', (error) => {
    lose('crash', `The thread that reads texts failed: ${error.message}`, error);
  });
  worker.on('exit', (code) => {
    lose('crash', `The thread that reads texts ended with ${code}.`);
  });
  return {
    ask: (messages) =>
      new Promise((resolve, reject) => {
        if (lost !== null) {
          reject(lost);
          return;
        }
        const request = toRequest(messages);
        waiting.push({ resolve, reject });
        worker.postMessage(request, [request.bytes.buffer as ArrayBuffer]);
        if (waiting.length === 1) watch();
      }),
    loss: () => lost,
    async end() {
      ended = true;
      await worker.terminate();
    },
  };
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
