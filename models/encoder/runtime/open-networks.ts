import { halveGraph } from '../onnx/halve-graph.js';
import { plainGraph } from '../onnx/plain-graph.js';
import { widenGraph } from '../onnx/widen-graph.js';
import { openTfjsNetwork } from '../tfjs/tfjs-network.js';
import { isOnTfjs, type OnnxDevice } from './device.js';
import type { Network } from './network.js';
import { openNetwork } from './network.js';
import type { NetworkLanguage, SharedNetwork, WorkerStart } from './worker-messages.js';

/** Opens every network of a model in this thread; rejects as `openNetwork` does. */
export async function openNetworks({
  networks,
  threads,
  device,
}: WorkerStart): Promise<ReadonlyMap<NetworkLanguage, Network>> {
  const opened = new Map<NetworkLanguage, Network>();
  for (const network of networks) {
    const { language, served, model } = network;
    const open = isOnTfjs(device)
      ? await openTfjsNetwork({ language: served, model, device })
      : await openNetwork({
          language: served,
          // A copy of its own: the runtime does not take shared memory.
          model: toFigures(Uint8Array.from(model), network.figures, device),
          threads,
          device,
        });
    opened.set(language, open);
  }
  return opened;
}

/** Graphics processors have no kernels for int8. */
function toFigures(model: Uint8Array, figures: SharedNetwork['figures'], device: OnnxDevice): Uint8Array {
  switch (figures) {
    case 'plain':
      return plainGraph(model);
    case 'half':
      return halveGraph(plainGraph(model));
    case undefined:
      return device === 'cpu' ? model : widenGraph(model);
  }
}
