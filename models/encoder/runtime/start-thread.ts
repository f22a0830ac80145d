import { Worker } from 'node:worker_threads';

import type { Runner, RunnerEvents } from './host.js';
import type { WorkerMessage, WorkerStart } from './worker-messages.js';

/** For JavaScript alone: the vocabulary and the texts of a batch; networks live outside. */
const MAX_HEAP_MB = 128;

/** A thread that shares the bytes of the networks with this one. */
export function startThread(
  entry: string,
  { networks, threads, device }: WorkerStart,
  events: RunnerEvents,
): Runner {
  const workerData: WorkerStart = { networks, threads, device };
  const worker = new Worker(entry, { workerData, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
  worker.on('message', (message: WorkerMessage) => {
    events.message(message);
  });
  worker.on('error', (error) => {
    events.lost(`failed: ${error.message}`, error);
  });
  worker.on('exit', (code) => {
    events.lost(`ended with ${code}.`);
  });
  return {
    name: 'A thread of the encoder',
    post: (request) => {
      worker.postMessage(request);
    },
    end: async () => {
      await worker.terminate();
    },
  };
}
