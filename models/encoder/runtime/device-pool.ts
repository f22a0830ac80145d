import type { Device, DeviceState, DeviceWish } from './device.js';
import type { NetworkPool, PoolRecovery } from './network-pool.js';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** After so many losses in a row the CPU serves for good: something is wrong that a restart does not mend. */
const GIVE_UP_AFTER = 5;

/** Of a batch's deadline, so that there is time for the CPU to stand in. */
const GPU_SHARE = 0.5;

export interface DevicePoolOptions {
  /** For a batch wherever it runs: what the graphics processor has spent of it, the CPU does not get. */
  readonly deadlineMs: number;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

/**
 * Texts go to the graphics processor; what it leaves unanswered, whatever the reason, is answered by the CPU, mates of a bad
 * text and all that comes while it is away. `null` is what neither answers. One that hangs takes half of the deadline.
 */
export function createDevicePool(
  gpu: NetworkPool,
  cpu: NetworkPool,
  { deadlineMs, now = () => performance.now() }: DevicePoolOptions,
): NetworkPool {
  const gpuMs = deadlineMs * GPU_SHARE;
  return {
    warm: () => gpu.warm(),
    async ask(language, input) {
      const began = now();
      const output = await gpu.ask(language, input, deadlineMs - gpuMs);
      // What it has waited for its turn is not spent.
      return output ?? cpu.ask(language, input, Math.min(gpuMs, now() - began));
    },
    askTogether: (language, inputs) => gpu.askTogether(language, inputs),
    separate() {
      gpu.separate();
      cpu.separate();
    },
    async close() {
      // Both at once: what the one leaves unanswered must not start the other.
      await Promise.all([gpu.close(), cpu.close()]);
    },
  };
}

/** Brings a graphics processor back 1, 2, 4 and 8 s after it was lost, tells who serves meanwhile, and gives it up at the fifth loss in a row. */
export function recoverDevice(
  { wanted, used }: { readonly wanted: DeviceWish; readonly used: Device },
  tell: (state: DeviceState) => void,
): PoolRecovery {
  return {
    pauseMs: (losses) =>
      losses >= GIVE_UP_AFTER ? null : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (losses - 1)),
    lost(problem, pauseMs) {
      const next =
        pauseMs === null
          ? `It was lost ${GIVE_UP_AFTER} times in a row and is not tried again before the next start`
          : `It is tried again after ${pauseMs / 1_000} s`;
      tell({ wanted, used: 'cpu', reason: `${used}: ${problem} ${next}.` });
    },
    back() {
      tell({ wanted, used, reason: null });
    },
  };
}
