import { parentPort, workerData } from 'node:worker_threads';

import { passGate } from './native-gate.js';
import { serveNetworks } from './serve-networks.js';
import type { ThreadStart, WorkerRequest } from './worker-messages.js';

/* A thread that holds the networks of one model and answers batches, one after the other. */

const { gate, ...start } = workerData as ThreadStart;

/** Without its port a thread has nothing to wait for, and ends. */
async function insideGate<Value>(run: () => Promise<Value>): Promise<Value | null> {
  const passed = await passGate(gate, run);
  if (passed === null) parentPort?.close();
  return passed === null ? null : passed.value;
}

// Nothing is asked before the thread has said that it is ready.
const answer = await serveNetworks(start, (message) => parentPort?.postMessage(message), insideGate);
if (answer !== null) parentPort?.on('message', (request: WorkerRequest) => answer(request));
