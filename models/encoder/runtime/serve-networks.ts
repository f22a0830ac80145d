import { BellwetherError } from '../../../pipeline/core/errors.js';
import type { Network } from './network.js';
import { openNetworks } from './open-networks.js';
import type { NetworkLanguage, WorkerMessage, WorkerRequest, WorkerStart } from './worker-messages.js';

/** Runs what goes into native code; null when nothing is wanted any more. */
export type GoInside = <Value>(run: () => Promise<Value>) => Promise<Value | null>;

/**
 * Opens the networks, says that they are ready or why not, and resolves to what answers requests, one after the other; null
 * when they were refused or are not wanted any more.
 */
export async function serveNetworks(
  start: WorkerStart,
  say: (message: WorkerMessage) => void,
  goInside: GoInside = (run) => run(),
): Promise<((request: WorkerRequest) => void) | null> {
  try {
    const networks = await goInside(() => openNetworks(start));
    if (networks === null) return null;
    let last = Promise.resolve();
    say({ kind: 'ready' });
    return (request) => {
      last = last.then(async () => {
        const message = await goInside(() => answer(networks, request));
        if (message !== null) say(message);
      });
    };
  } catch (error) {
    if (!(error instanceof BellwetherError)) throw error;
    say({ kind: 'refused', code: error.code, message: error.message });
    return null;
  }
}

async function answer(
  networks: ReadonlyMap<NetworkLanguage, Network>,
  { language, inputs }: WorkerRequest,
): Promise<WorkerMessage> {
  try {
    const outputs = await networks.get(language)?.run(inputs);
    return outputs === undefined
      ? { kind: 'failed', message: `No network reads ${language}.` }
      : { kind: 'answer', outputs };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
