import type { Network } from './network.js';
import { openNetwork } from './network.js';
import type { NetworkLanguage, WorkerStart } from './worker-messages.js';

/** Opens every network of a model in this thread; rejects as `openNetwork` does. */
export async function openNetworks({
  networks,
  threads,
  device,
}: WorkerStart): Promise<ReadonlyMap<NetworkLanguage, Network>> {
  const opened = new Map<NetworkLanguage, Network>();
  for (const { language, served, model } of networks) {
    // A copy of its own: the runtime does not take shared memory.
    const network = await openNetwork({
      language: served,
      model: Uint8Array.from(model),
      threads,
      device,
    });
    opened.set(language, network);
  }
  return opened;
}
