import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { loadClassifier } from '../../../models/load-classifier.js';
import { RejectedError, UnavailableError } from '../../core/errors.js';
import type { Classification, ClassifierInput } from '../../core/model.js';
import type { ModelVersion } from '../../core/scored.js';
import { modelOptions, toThreadModels, type ModelConfig } from '../understanding.js';
import type { Challenger } from './shadow.js';

/** The first message to the process; every further one is a request. */
export interface ChallengerStart {
  readonly models: ModelConfig;
}

export interface ChallengerRequest {
  readonly inputs: readonly ClassifierInput[];
}

export type ChallengerMessage =
  | { readonly ready: ModelVersion }
  | { readonly refused: { readonly code: string; readonly message: string } }
  | { readonly answers: readonly Classification[] };

const ENTRY = fileURLToPath(new URL('./challenger-process-main.js', import.meta.url));
/** At the lowest priority a batch may wait long for its turn. */
const DEADLINE_MS = 60_000;
const MAX_HEAP_MB = 512;
const START_DEADLINE_MS = 120_000;

export interface ChallengerOptions {
  /** Ends a process that is still loading; aborted later it does nothing. */
  readonly signal?: AbortSignal;
  readonly entry?: string;
}

/**
 * Loads a challenger in a process of its own, at the lowest priority, so that not even a crash of native code reaches what
 * serves; from uncompiled sources (tests) in this process.
 *
 * Rejects as `loadClassifier` does. A process that crashes, or gives no answer for a minute, is ended; the next question
 * starts another. Memory: Node and the model once more.
 */
export async function startChallenger(
  models: ModelConfig,
  { signal, entry = ENTRY }: ChallengerOptions = {},
): Promise<Challenger> {
  if (!existsSync(entry)) return loadClassifier(modelOptions(models));
  const first = new ChallengerLife(entry, models);
  let model = await untilStarted(first, signal);
  let life: ChallengerLife | null = first;
  let closed = false;
  return {
    get model() {
      return model;
    },
    async classify(inputs) {
      if (closed) throw gone('it was closed');
      life ??= new ChallengerLife(entry, models);
      const asked = life;
      try {
        model = await asked.started;
        return await asked.ask({ inputs });
      } catch (error) {
        if (life === asked) life = null;
        await asked.end();
        throw error;
      }
    },
    async close() {
      closed = true;
      await life?.end();
    },
  };
}

async function untilStarted(life: ChallengerLife, signal: AbortSignal | undefined): Promise<ModelVersion> {
  const cutOff = () => void life.end();
  signal?.addEventListener('abort', cutOff, { once: true });
  if (signal?.aborted === true) cutOff();
  try {
    return await life.started;
  } catch (error) {
    await life.end();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cutOff);
  }
}

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** One process; it is asked one question at a time. */
class ChallengerLife {
  readonly started: Promise<ModelVersion>;
  readonly #process: ChildProcess;
  #starting: Waiting<ModelVersion> | null = null;
  #asked: Waiting<readonly Classification[]> | null = null;
  #lost: Error | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(entry: string, models: ModelConfig) {
    this.#process = fork(entry, [], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${MAX_HEAP_MB}`],
    });
    this.started = new Promise((resolve, reject) => {
      this.#starting = { resolve, reject };
      this.#watch(START_DEADLINE_MS);
    });
    this.started.catch(() => undefined);
    this.#process.on('message', (message) => {
      this.#hear(message as ChallengerMessage);
    });
    this.#process.on('error', (error) => {
      this.#lose(gone(error.message));
    });
    this.#process.on('exit', (code, signal) => {
      this.#lose(gone(`it ended with ${signal ?? String(code)}`));
    });
    const start: ChallengerStart = { models: toThreadModels(models) };
    this.#send(start);
  }

  ask(request: ChallengerRequest): Promise<readonly Classification[]> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) {
        reject(this.#lost);
        return;
      }
      this.#asked = { resolve, reject };
      this.#watch(DEADLINE_MS);
      this.#send(request);
    });
  }

  async end(): Promise<void> {
    this.#lose(gone('it was closed'));
    const { pid, exitCode, signalCode } = this.#process;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** What cannot be sent is told by the end of the process. */
  #send(message: ChallengerStart | ChallengerRequest): void {
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }

  #hear(message: ChallengerMessage): void {
    clearTimeout(this.#timer);
    if ('ready' in message) this.#starting?.resolve(message.ready);
    else if ('refused' in message)
      this.#starting?.reject(new RejectedError(message.refused.code, message.refused.message));
    else {
      this.#asked?.resolve(message.answers);
      this.#asked = null;
    }
  }

  #lose(error: Error): void {
    clearTimeout(this.#timer);
    this.#lost ??= error;
    this.#starting?.reject(error);
    this.#asked?.reject(error);
    this.#asked = null;
  }

  #watch(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#lose(gone('it gave no answer in time'));
      this.#process.kill('SIGKILL');
    }, ms);
    this.#timer.unref();
  }
}

function gone(why: string): UnavailableError {
  return new UnavailableError('challenger_gone', `The process of the challenger is gone: ${why}.`, {
    retriable: true,
  });
}
