import type { Device, DeviceState, DeviceWish } from './device.js';
import type { NetworkPool, PoolRecovery } from './network-pool.js';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** After so many losses in a row the CPU serves for good: something is wrong that a restart does not mend. */
const GIVE_UP_AFTER = 5;

/**
 * Texts go to the graphics processor; what it leaves unanswered, whatever the reason, is answered by the CPU, mates of a bad
 * text and all that comes while it is away. `null` is what neither answers.
 */
export function createDevicePool(gpu: NetworkPool, cpu: NetworkPool): NetworkPool {
  return {
    warm: () => gpu.warm(),
    ask: async (language, input) => (await gpu.ask(language, input)) ?? cpu.ask(language, input),
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
