import { Worker } from 'node:worker_threads';

import type { Runner, RunnerEvents } from './host.js';
import { closeGate, createNativeGate } from './native-gate.js';
import type { ThreadStart, WorkerMessage, WorkerStart } from './worker-messages.js';

/** For JavaScript alone: the vocabulary and the texts of a batch; networks live outside. */
const MAX_HEAP_MB = 128;
/** Who closes waits so long for native code to return; it goes on for itself after that. */
const END_MS = 5_000;

/** A thread that shares the bytes of the networks with this one. */
export function startThread(
  entry: string,
  { networks, threads, device }: WorkerStart,
  events: RunnerEvents,
): Runner {
  const gate = createNativeGate();
  const workerData: ThreadStart = { networks, threads, device, gate };
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
  let ending: Promise<void> | null = null;
  return {
    name: 'A thread of the encoder',
    post: (request) => {
      worker.postMessage(request);
    },
    // WebAssembly may be cut off anywhere: it has no native code to return from.
    end: () => (ending ??= endThread(worker, closeGate(gate) || device === 'tfjs')),
  };
}

async function endThread(worker: Worker, atOnce: boolean): Promise<void> {
  if (atOnce) {
    await worker.terminate();
    return;
  }
  // It must not keep a process that has nothing else to do.
  worker.unref();
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    worker.once('exit', () => {
      resolve();
    });
    timer = setTimeout(resolve, END_MS);
  });
  clearTimeout(timer);
}
