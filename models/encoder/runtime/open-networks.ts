import { widenGraph } from '../onnx/widen-graph.js';
import { openTfjsNetwork } from '../tfjs/tfjs-network.js';
import { isOnTfjs } from './device.js';
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
    const network = isOnTfjs(device)
      ? await openTfjsNetwork({ language: served, model, device })
      : await openNetwork({
          language: served,
          // A copy of its own: the runtime does not take shared memory. Graphics processors have no kernels for int8.
          model: device === 'cpu' ? Uint8Array.from(model) : widenGraph(model),
          threads,
          device,
        });
    opened.set(language, network);
  }
  return opened;
}
