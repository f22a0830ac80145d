import type { NetworkInput, NetworkOutput } from './network.js';
import { HostLostError, type Host } from './host.js';
import type { NetworkLanguage } from './worker-messages.js';

/** With less of its time left than this part a batch is not mended any further: a sound thread would be taken for one that hangs. */
const LEAST_SHARE = 0.1;

export interface MendingOptions {
  /** For the batch and all its texts one by one. */
  readonly deadlineMs: number;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

/**
 * Runs a batch; when it fails though the thread lives, its texts run one by one, so that one cannot harm its mates. All of
 * that has one deadline: what it leaves no time for is null. Rejects with HostLostError.
 */
export async function runMending(
  host: Pick<Host, 'run'>,
  language: NetworkLanguage,
  batch: readonly NetworkInput[],
  { deadlineMs, now = () => performance.now() }: MendingOptions,
): Promise<readonly (NetworkOutput | null)[]> {
  const dueAt = now() + deadlineMs;
  const inputs = batch.map(({ ids, mentions }) => ({ ids, mentions }));
  const run = async (some: readonly NetworkInput[]) => {
    const leftMs = dueAt - now();
    if (leftMs < deadlineMs * LEAST_SHARE) return null;
    try {
      return await host.run({ language, inputs: some }, leftMs);
    } catch (error) {
      if (error instanceof HostLostError) throw error;
      return null;
    }
  };
  const together = await run(inputs);
  if (together !== null || inputs.length === 1) return together ?? [null];
  const outputs: (NetworkOutput | null)[] = [];
  for (const input of inputs) outputs.push((await run([input]))?.[0] ?? null);
  return outputs;
}
