import {
  chooseDevice,
  HALF_TOLERANCE,
  type ChooseDeviceOptions,
  type ChosenDevice,
} from './choose-device.js';
import type { NetworkPool } from './runtime/network-pool.js';

export interface ChoosePrecisionOptions extends ChooseDeviceOptions {
  /** How figures of 16 bits are tried; null where nobody wants them. */
  readonly half: {
    readonly openPool: ChooseDeviceOptions['openPool'];
    /** The same networks on the CPU, in float32 without the rounding of int8: what figures of 16 bits stand for. */
    readonly openReference: () => NetworkPool;
  } | null;
}

export interface ChosenPrecision extends ChosenDevice {
  /** What answers for a graphics processor with figures of 16 bits while it is away; null where it has float32. */
  readonly standBy: NetworkPool | null;
}

/**
 * A device with figures of 16 bits, where they are wanted and come out as on the CPU without rounding; else one with float32,
 * else the CPU, and `reason` says why. Rejects when the CPU itself refuses the networks.
 */
export async function choosePrecision({
  half,
  ...options
}: ChoosePrecisionOptions): Promise<ChosenPrecision> {
  if (half === null) return { ...(await chooseDevice(options)), standBy: null };
  const reference = half.openReference();
  let kept = false;
  try {
    await reference.warm();
    const { openPool } = half;
    const chosen = await chooseDevice({ ...options, cpu: reference, tolerance: HALF_TOLERANCE, openPool });
    if (chosen.gpu !== null) {
      kept = true;
      return { ...chosen, standBy: reference };
    }
    const wide = await chooseDevice(options);
    const reason = `fp16 is not used: ${[chosen.state.reason, wide.state.reason].filter((one) => one !== null).join(' fp32: ')}`;
    return { gpu: wide.gpu, state: { ...wide.state, reason }, standBy: null };
  } finally {
    if (!kept) await reference.close();
  }
}
