import { parentPort, workerData } from 'node:worker_threads';

import { serveNetworks } from './serve-networks.js';
import type { WorkerRequest, WorkerStart } from './worker-messages.js';

/* A thread that holds the networks of one model and answers batches, one after the other. */

// Nothing is asked before the thread has said that it is ready.
const answer = await serveNetworks(workerData as WorkerStart, (message) => parentPort?.postMessage(message));
if (answer !== null) parentPort?.on('message', (request: WorkerRequest) => answer(request));
