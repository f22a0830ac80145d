import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** TensorFlow.js: on the CPU, where ONNX Runtime has no binary, and with TensorFlow's own library for graphics processors. */
export type TfjsDevice = 'tfjs' | 'tfjs-gpu';
/** Where a network can run; those without TensorFlow.js are also the names of ONNX Runtime's execution providers. */
export type OnnxDevice = 'cpu' | 'webgpu' | 'cuda';
export type Device = OnnxDevice | TfjsDevice;
/** Devices on the CPU are proved by the golden texts and need no stand-in. */
export type CpuDevice = 'cpu' | 'tfjs';
export type GpuDevice = Exclude<Device, CpuDevice>;
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

export function isOnCpu(device: DeviceWish): device is CpuDevice {
  return device === 'cpu' || device === 'tfjs';
}

export function isOnTfjs(device: Device): device is TfjsDevice {
  return device === 'tfjs' || device === 'tfjs-gpu';
}

/** The graphics processors to try for a wish, best first; the CPU is always there. */
export function candidates(wish: DeviceWish): readonly GpuDevice[] {
  if (isOnCpu(wish)) return [];
  return wish === 'auto' ? ['cuda', 'webgpu'] : [wish];
}

/**
 * What is missing for a graphics processor before anything is loaded, and how to get it; null when it may be tried.
 *
 * Asked first because some versions of ONNX Runtime end the process when the provider's library is not there.
 */
export function missingFor(device: GpuDevice, folder = providerFolder()): string | null {
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
