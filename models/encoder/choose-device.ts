import { BellwetherError } from '../../pipeline/core/errors.js';
import { servedLanguages, type EncoderManifest, type ServedLanguage } from './manifest.js';
import {
  candidates,
  missingFor,
  type DeviceState,
  type DeviceWish,
  type GpuDevice,
} from './runtime/device.js';
import { HostLostError } from './runtime/host.js';
import type { NetworkInput, NetworkOutput } from './runtime/network.js';
import type { NetworkPool } from './runtime/network-pool.js';
import { toNetworkInput, type EncoderTokenizers } from './to-network-input.js';
import { toClassification } from './to-classification.js';

/** How far an answer of a graphics processor may lie from that of the CPU: a probability or an intensity. */
export const DEVICE_TOLERANCE = 1e-3;
/**
 * The same for a network of int8. A sum that differs in its last bit is now and then rounded to the step beside, on another
 * CPU as well: measured on 210 texts, float32 arithmetic moved a probability by up to 0.0043 and an intensity by up to 0.0074.
 */
export const INT8_TOLERANCE = 1e-2;
/** The first batches are slow everywhere; the best of some says what a device can do. */
const TIMED_RUNS = 3;

export interface ChooseDeviceOptions {
  readonly wanted: DeviceWish;
  readonly manifest: EncoderManifest;
  readonly tokenizers: EncoderTokenizers;
  /** It serves already; its answers are the right ones. */
  readonly cpu: NetworkPool;
  readonly workers: number;
  readonly maxBatch: number;
  /** The networks round what goes through them to 256 steps. */
  readonly int8: boolean;
  readonly openPool: (device: GpuDevice) => NetworkPool;
}

export interface ChosenDevice {
  readonly state: DeviceState;
  /** Null when the CPU serves. */
  readonly gpu: NetworkPool | null;
}

/**
 * The first device that can be opened and answers the golden texts, alone and together, as the CPU does; for `auto` it must
 * also be faster than all workers on the CPU are. Never rejects for a device: the CPU serves then, and `reason` says why.
 */
export async function chooseDevice(options: ChooseDeviceOptions): Promise<ChosenDevice> {
  const { wanted } = options;
  const reasons: string[] = [];
  for (const device of candidates(wanted)) {
    const missing = missingFor(device);
    const gpu = missing === null ? options.openPool(device) : null;
    const problem = gpu === null ? missing : await tryDevice(gpu, options);
    if (gpu !== null && problem === null) return { state: { wanted, used: device, reason: null }, gpu };
    await gpu?.close();
    reasons.push(`${device}: ${problem ?? ''}`);
  }
  const reason = reasons.length === 0 ? null : `${reasons.join('; ')}.`;
  return { state: { wanted, used: 'cpu', reason }, gpu: null };
}

/** Leaves no process behind when something of ours fails. */
async function tryDevice(gpu: NetworkPool, options: ChooseDeviceOptions): Promise<string | null> {
  try {
    return await judgeDevice(gpu, options);
  } catch (error) {
    await gpu.close();
    throw error;
  }
}

async function judgeDevice(gpu: NetworkPool, options: ChooseDeviceOptions): Promise<string | null> {
  try {
    await gpu.warm();
  } catch (error) {
    if (error instanceof BellwetherError || error instanceof HostLostError) return openingProblem(error);
    throw error;
  }
  const difference = await compareDevices(gpu, options);
  const tolerance = options.int8 ? INT8_TOLERANCE : DEVICE_TOLERANCE;
  if (!(difference <= tolerance)) {
    return Number.isNaN(difference)
      ? 'it gave no answer to the golden texts'
      : `its answers to the golden texts differ from those of the CPU by ${difference.toExponential(1)}, more than ${tolerance}`;
  }
  return options.wanted === 'auto' ? compareSpeed(gpu, options) : null;
}

/** ONNX Runtime's own words name files of its source code. */
function openingProblem({ message }: Error): string {
  return message.includes('WebGPU adapter')
    ? 'no graphics processor with a Vulkan driver is here (No supported adapters)'
    : `it cannot be used: ${message.trim().replace(/\.+$/, '')}`;
}

/** The largest difference of any answer to the golden texts, alone and together; NaN when one is missing. */
export async function compareDevices(
  gpu: Pick<NetworkPool, 'askTogether'>,
  { cpu, manifest, tokenizers }: Pick<ChooseDeviceOptions, 'cpu' | 'manifest' | 'tokenizers'>,
): Promise<number> {
  let difference = 0;
  for (const [language, served] of servedLanguages(manifest)) {
    const inputs = goldenInputs(manifest, tokenizers, [language, served]);
    const figures = (outputs: readonly (NetworkOutput | null)[]) =>
      outputs.map((output) => toFigures(output, served, manifest));
    const right = figures(await cpu.askTogether(language, inputs));
    const alone: (NetworkOutput | null)[] = [];
    for (const input of inputs) alone.push(...(await gpu.askTogether(language, [input])));
    const together = await gpu.askTogether(language, inputs);
    difference = Math.max(difference, largest(right, figures(alone)), largest(right, figures(together)));
  }
  return difference;
}

function goldenInputs(
  { golden }: EncoderManifest,
  tokenizers: EncoderTokenizers,
  [language, served]: readonly [string, ServedLanguage],
): readonly NetworkInput[] {
  return golden
    .filter((row) => row.language === language)
    .map((row) => ({
      ...toNetworkInput(row, served, tokenizers),
      // The first word of each text as if it were a company, so that this head is compared as well.
      mentions: [[1]],
    }));
}

/** Everything that an answer says, in numbers from -1 to 1. */
function toFigures(
  output: NetworkOutput | null,
  served: ServedLanguage,
  { topics }: EncoderManifest,
): readonly number[] {
  if (output === null) return [Number.NaN];
  const {
    sentiment,
    intensity = 0,
    mentions = [],
  } = toClassification(output, served, { kind: 'news', topics });
  return [sentiment, ...mentions.flatMap((mention) => mention ?? [])]
    .flatMap(({ negative, neutral, positive }) => [negative, neutral, positive])
    .concat(
      intensity,
      (output.topics ?? []).map((logit) => 1 / (1 + Math.exp(-logit))),
    );
}

function largest(some: readonly (readonly number[])[], others: readonly (readonly number[])[]): number {
  const differences = some.flatMap((figures, row) =>
    figures.map((figure, at) => Math.abs(figure - (others[row]?.[at] ?? Number.NaN))),
  );
  return Math.max(0, ...differences);
}

async function compareSpeed(
  gpu: NetworkPool,
  { cpu, manifest, tokenizers, workers, maxBatch }: ChooseDeviceOptions,
): Promise<string | null> {
  const language = servedLanguages(manifest)[0];
  if (language === undefined) return null;
  const golden = goldenInputs(manifest, tokenizers, language);
  const batch = Array.from({ length: maxBatch }, (_, index) => golden[index % golden.length]).filter(
    (input) => input !== undefined,
  );
  const gpuMs = await bestOf(() => gpu.askTogether(language[0], batch));
  if (gpuMs === Infinity) return `it gave no answer to a batch of ${maxBatch} texts`;
  const cpuMs = (await bestOf(() => cpu.askTogether(language[0], batch))) / workers;
  return gpuMs < cpuMs
    ? null
    : `it is slower than the CPU: ${gpuMs.toFixed(1)} ms against ${cpuMs.toFixed(1)} ms for ${maxBatch} texts`;
}

/** Infinity when a text was left without an answer: who is gone is gone quickly. */
async function bestOf(run: () => Promise<readonly (NetworkOutput | null)[]>): Promise<number> {
  let best = Infinity;
  for (let index = 0; index < TIMED_RUNS; index += 1) {
    const began = performance.now();
    const outputs = await run();
    if (outputs.includes(null)) return Infinity;
    best = Math.min(best, performance.now() - began);
  }
  return best;
}
