import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { InvariantError } from '../core/errors.js';
import type { LogMessage } from '../core/log.js';
import type { ScoredMessage } from '../core/scored.js';
import type { UnderstandBatch } from '../operators/understand-batch.js';
import type { UnderstandingOptions } from './understanding.js';

/** What goes to the thread: the values of all messages one after the other, so that nothing is copied twice. */
export interface BatchRequest {
  readonly number: number;
  readonly positions: readonly Pick<LogMessage, 'partition' | 'offset' | 'key' | 'appendedAt'>[];
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array;
}

export interface BatchAnswer {
  readonly number: number;
  readonly keys: readonly string[];
  readonly kinds: readonly ScoredMessage['kind'][];
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array;
}

/** UNDERSTAND in a thread of its own. */
export interface UnderstandThread {
  readonly understand: UnderstandBatch;
  /** Ends the thread; what it still had is not answered. Calling it twice is harmless. */
  close(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('./understand-thread-main.js', import.meta.url));

/**
 * Starts a thread with model and linker of its own, so that computing holds up neither the page nor the log.
 *
 * Null when the code is not compiled (tests run from the sources): then the caller computes in its own thread. A failure of
 * the thread rejects what it was asked and everything after it. Memory: the model once more, about 80 MB.
 */
export function startUnderstandThread(options: UnderstandingOptions): UnderstandThread | null {
  if (!existsSync(ENTRY)) return null;
  const worker = new Worker(ENTRY, {
    workerData: options,
    resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 },
  });
  const waiting = new Map<number, (answer: BatchAnswer) => void>();
  const rejects = new Map<number, (error: unknown) => void>();
  let failure: Error | null = null;
  let number = 0;
  const fail = (error: Error) => {
    failure ??= error;
    for (const reject of rejects.values()) reject(error);
    waiting.clear();
    rejects.clear();
  };
  worker.on('message', (answer: BatchAnswer) => {
    waiting.get(answer.number)?.(answer);
    waiting.delete(answer.number);
    rejects.delete(answer.number);
  });
  worker.on('error', fail);
  worker.on('exit', (code) => {
    fail(new InvariantError('understand_thread', `The thread that reads texts ended with ${code}.`));
  });
  const ask = (messages: readonly LogMessage[]) =>
    new Promise<BatchAnswer>((resolve, reject) => {
      if (failure !== null) {
        reject(failure);
        return;
      }
      number += 1;
      waiting.set(number, resolve);
      rejects.set(number, reject);
      const { bytes, lengths } = pack(messages.map(({ value }) => value));
      const positions = messages.map(({ partition, offset, key, appendedAt }) => ({
        partition,
        offset,
        key,
        appendedAt,
      }));
      const request: BatchRequest = { number, positions, lengths, bytes };
      worker.postMessage(request, [bytes.buffer as ArrayBuffer]);
    });
  return {
    async understand(messages) {
      const { keys, kinds, lengths, bytes } = await ask(messages);
      const values = unpack(bytes, lengths);
      return values.map((value, index) => ({
        key: keys[index] ?? '',
        kind: kinds[index] ?? 'dead-letter',
        value,
      }));
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

/** All values in one piece of memory that can be handed over. */
export function pack(values: readonly Uint8Array[]): { bytes: Uint8Array; lengths: readonly number[] } {
  const lengths = values.map((value) => value.byteLength);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const value of values) {
    bytes.set(value, at);
    at += value.byteLength;
  }
  return { bytes, lengths };
}

/** The values again; views on the one piece. */
export function unpack(bytes: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return bytes.subarray(at - length, at);
  });
}
