import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { RejectedError } from '../../../pipeline/core/errors.js';
import type { NetworkOutput } from './network.js';
import { openNetworks } from './open-networks.js';
import type { WorkerMessage, WorkerRequest, WorkerStart } from './worker-messages.js';

export type HostLoss = 'hang' | 'crash';

/** The thread that had the batch is gone. */
export class HostLostError extends Error {
  override readonly name = 'HostLostError';

  constructor(
    readonly reason: HostLoss,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A place where the networks of a model run: one batch at a time. */
export interface Host {
  /** Rejects with HostLostError when the thread hangs or ends, and with another error when the batch alone failed. */
  run(request: WorkerRequest): Promise<readonly NetworkOutput[]>;
  end(): Promise<void>;
}

export interface HostOptions extends WorkerStart {
  /** Longest time for one batch. */
  readonly deadlineMs: number;
  /** For tests: another thread than ours. */
  readonly entry?: string;
}

const ENTRY = fileURLToPath(new URL('./worker-main.js', import.meta.url));
/** Opening a model takes half a second, on a machine that is starved of CPU many times that. */
const START_DEADLINE_MS = 120_000;
/** For JavaScript alone: the vocabulary and the texts of a batch; networks live outside. */
const MAX_HEAP_MB = 128;

/**
 * Starts a thread with the networks and resolves when it can serve; rejects with what `openNetwork` refused.
 *
 * Where the code is not compiled (tests run from the sources) the networks run in this thread, without a deadline.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const entry = options.entry ?? ENTRY;
  return existsSync(entry) ? startWorkerHost(entry, options) : startHere(options);
}

async function startHere(options: HostOptions): Promise<Host> {
  const networks = await openNetworks(options);
  return {
    run: async ({ language, inputs }) => (await networks.get(language)?.run(inputs)) ?? [],
    end: async () => {
      for (const network of networks.values()) await network.close();
    },
  };
}

interface Waiting {
  readonly resolve: (message: WorkerMessage) => void;
  readonly reject: (error: HostLostError) => void;
}

async function startWorkerHost(entry: string, options: HostOptions): Promise<Host> {
  const { networks, threads, deadlineMs } = options;
  const workerData: WorkerStart = { networks, threads };
  const worker = new Worker(entry, { workerData, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
  let waiting: Waiting | null = null;
  let lost: HostLostError | null = null;
  let timer: NodeJS.Timeout | undefined;
  const settle = (): Waiting | null => {
    clearTimeout(timer);
    const settled = waiting;
    waiting = null;
    return settled;
  };
  const lose = (reason: HostLoss, message: string, cause?: unknown) => {
    lost ??= new HostLostError(reason, message, { cause });
    settle()?.reject(lost);
    void worker.terminate();
  };
  worker.on('message', (message: WorkerMessage) => settle()?.resolve(message));
  worker.on('error', (error) => {
    lose('crash', `A thread of the encoder failed: ${error.message}`, error);
  });
  worker.on('exit', (code) => {
    lose('crash', `A thread of the encoder ended with ${code}.`);
  });
  const next = (patienceMs: number) =>
    new Promise<WorkerMessage>((resolve, reject) => {
      if (lost !== null) {
        reject(lost);
        return;
      }
      waiting = { resolve, reject };
      timer = setTimeout(() => {
        lose('hang', `A thread of the encoder gave no answer for ${patienceMs / 1_000} s.`);
      }, patienceMs);
    });
  const first = await next(START_DEADLINE_MS);
  if (first.kind === 'refused') {
    await worker.terminate();
    throw new RejectedError(first.code, first.message);
  }
  return {
    async run(request) {
      const answer = next(deadlineMs);
      worker.postMessage(request);
      const message = await answer;
      if (message.kind === 'answer') return message.outputs;
      throw new Error(message.kind === 'failed' ? message.message : `Unexpected ${message.kind}.`);
    },
    async end() {
      lost ??= new HostLostError('crash', 'The encoder is closed.');
      await worker.terminate();
    },
  };
}
