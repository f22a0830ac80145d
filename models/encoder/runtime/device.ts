import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where a network can run; also the names of ONNX Runtime's execution providers. */
export type Device = 'cpu' | 'webgpu' | 'cuda';
/** `auto`: the graphics processor, where there is one that gives the same answers in less time. */
export type DeviceWish = 'auto' | Device;

/** Where the networks of a model run. */
export interface DeviceState {
  readonly wanted: DeviceWish;
  readonly used: Device;
  /** Why it is another than the one that is wanted; null when it is not. */
  readonly reason: string | null;
}

const CUDA_PROVIDER = 'libonnxruntime_providers_cuda.so';

/** The devices to try for a wish, best first; the CPU is always there. */
export function candidates(wish: DeviceWish): readonly Exclude<Device, 'cpu'>[] {
  if (wish === 'cpu') return [];
  return wish === 'auto' ? ['cuda', 'webgpu'] : [wish];
}

/**
 * What is missing for a device before anything is loaded, and how to get it; null when it may be tried.
 *
 * Asked first because some versions of ONNX Runtime end the process when the provider's library is not there.
 */
export function missingFor(device: Device, folder = providerFolder()): string | null {
  if (device !== 'cuda' || existsSync(join(folder, CUDA_PROVIDER))) return null;
  return (
    `${CUDA_PROVIDER} is not in ${folder}: the package onnxruntime-node does not carry it. ` +
    'Linux on x64 with CUDA 12 and cuDNN 9 can get it with "npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12", which downloads it from NuGet'
  );
}

/** Where ONNX Runtime looks for the libraries of its providers. */
function providerFolder(): string {
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  return join(dirname(main), '..', 'bin', 'napi-v6', process.platform, process.arch);
}
