import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { RejectedError } from '../../../pipeline/core/errors.js';
import { isOnCpu } from './device.js';
import type { NetworkOutput } from './network.js';
import { openNetworks } from './open-networks.js';
import { startProcess } from './start-process.js';
import { startThread } from './start-thread.js';
import type { WorkerMessage, WorkerRequest, WorkerStart } from './worker-messages.js';

export type HostLoss = 'hang' | 'crash';

/** The thread or process that had the batch is gone. */
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
  /** Rejects with HostLostError when the place gives no answer in time or ends, and with another error when the batch alone failed. */
  run(request: WorkerRequest, deadlineMs: number): Promise<readonly NetworkOutput[]>;
  end(): Promise<void>;
}

export interface HostOptions extends WorkerStart {
  /** For tests: another thread or process than ours. */
  readonly entry?: string;
}

/** A thread or a process, which may end whenever it likes. */
export interface Runner {
  /** What it is called in errors. */
  readonly name: string;
  post(request: WorkerRequest): void;
  /** Ends it at once, whatever it does. */
  end(): Promise<void>;
}

export interface RunnerEvents {
  readonly message: (message: WorkerMessage) => void;
  /** It is gone, or of no use any more. */
  readonly lost: (problem: string, cause?: unknown) => void;
}

const THREAD_ENTRY = fileURLToPath(new URL('./worker-main.js', import.meta.url));
const PROCESS_ENTRY = fileURLToPath(new URL('./process-main.js', import.meta.url));
/** Opening a model takes half a second, on a machine that is starved of CPU many times that. */
const START_DEADLINE_MS = 120_000;

/**
 * Starts the networks and resolves when they can serve; rejects with what `openNetwork` refused.
 *
 * On the CPU in a thread, on a graphics processor in a process of its own, which a failing driver may take with it. Where
 * the code is not compiled (tests run from the sources) the networks run in this thread, without a deadline, and on the CPU only.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const onCpu = isOnCpu(options.device);
  const entry = options.entry ?? (onCpu ? THREAD_ENTRY : PROCESS_ENTRY);
  if (existsSync(entry))
    return supervise((events) => (onCpu ? startThread : startProcess)(entry, options, events));
  if (onCpu) return startHere(options);
  throw new RejectedError('device_missing', `${entry} is not there: run "npm run build"`);
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

async function supervise(start: (events: RunnerEvents) => Runner): Promise<Host> {
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
    void runner.end();
  };
  const runner = start({
    message: (message) => settle()?.resolve(message),
    lost: (problem, cause) => {
      lose('crash', `${runner.name} ${problem}`, cause);
    },
  });
  const next = (patienceMs: number) =>
    new Promise<WorkerMessage>((resolve, reject) => {
      if (lost !== null) {
        reject(lost);
        return;
      }
      waiting = { resolve, reject };
      timer = setTimeout(() => {
        lose('hang', `${runner.name} gave no answer for ${Math.round(patienceMs) / 1_000} s.`);
      }, patienceMs);
    });
  const first = await next(START_DEADLINE_MS);
  if (first.kind === 'refused') {
    await runner.end();
    throw new RejectedError(first.code, first.message);
  }
  return {
    async run(request, deadlineMs) {
      const answer = next(deadlineMs);
      runner.post(request);
      const message = await answer;
      if (message.kind === 'answer') return message.outputs;
      throw new Error(message.kind === 'failed' ? message.message : `Unexpected ${message.kind}.`);
    },
    async end() {
      lost ??= new HostLostError('crash', 'The encoder is closed.');
      await runner.end();
    },
  };
}
