import { parentPort, workerData } from 'node:worker_threads';

import { BellwetherError } from '../../../pipeline/core/errors.js';
import type { Network } from './network.js';
import { openNetworks } from './open-networks.js';
import type { NetworkLanguage, WorkerMessage, WorkerRequest, WorkerStart } from './worker-messages.js';

/* A thread that holds the networks of one model and answers batches, one after the other. */

const say = (message: WorkerMessage) => parentPort?.postMessage(message);

async function answer(
  networks: ReadonlyMap<NetworkLanguage, Network>,
  { language, inputs }: WorkerRequest,
): Promise<void> {
  try {
    const outputs = await networks.get(language)?.run(inputs);
    if (outputs === undefined) say({ kind: 'failed', message: `No network reads ${language}.` });
    else say({ kind: 'answer', outputs });
  } catch (error) {
    say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

try {
  const networks = await openNetworks(workerData as WorkerStart);
  let last = Promise.resolve();
  parentPort?.on('message', (request: WorkerRequest) => {
    last = last.then(() => answer(networks, request));
  });
  say({ kind: 'ready' });
} catch (error) {
  if (!(error instanceof BellwetherError)) throw error;
  say({ kind: 'refused', code: error.code, message: error.message });
}
