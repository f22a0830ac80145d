import type * as tfjs from '@tensorflow/tfjs-core';

import { RejectedError } from '../../../pipeline/core/errors.js';
import type { TfjsDevice } from '../runtime/device.js';

export type Tfjs = typeof tfjs;

/** For tests: another way to get at a package than Node's. */
export type ImportPackage = (name: string) => Promise<unknown>;

const BACKENDS = {
  tfjs: { name: 'wasm', packages: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'] },
  'tfjs-gpu': { name: 'tensorflow', packages: ['@tensorflow/tfjs-node-gpu'] },
} as const;

/**
 * Loads TensorFlow.js and its backend: WebAssembly, one thread, on the CPU; or TensorFlow's own library, where somebody has
 * installed it.
 *
 * Rejects with RejectedError `device_missing`, naming what is not there and how to go on without it.
 */
export async function loadTfjs(
  device: TfjsDevice,
  importPackage: ImportPackage = (name) => import(name),
): Promise<Tfjs> {
  const { name, packages } = BACKENDS[device];
  const loaded: unknown[] = [];
  for (const one of packages) {
    loaded.push(
      await importPackage(one).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw missing(device, `the package ${one} cannot be loaded (${reason.split('\n')[0] ?? ''})`, cause);
      }),
    );
  }
  const core = exportsOf(loaded[0]);
  if (!(await core.setBackend(name))) throw missing(device, `its backend ${name} does not start`);
  await core.ready();
  // Else it checks each figure that goes through it.
  core.enableProdMode();
  return core;
}

/** These packages are CommonJS: their exports stand in `default`. */
function exportsOf(module: unknown): Tfjs {
  const { default: inner } = module as { readonly default?: Tfjs };
  return inner ?? (module as Tfjs);
}

function missing(device: TfjsDevice, problem: string, cause?: unknown): RejectedError {
  const fix =
    device === 'tfjs'
      ? 'Install the optional packages of package.json ("npm ci --include=optional"), or set models.encoder.device to cpu.'
      : 'Install @tensorflow/tfjs-node-gpu beside Bellwether, or set models.encoder.device to cpu.';
  return new RejectedError('device_missing', `TensorFlow.js cannot be used: ${problem}. ${fix}`, { cause });
}
