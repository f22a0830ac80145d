import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import {
  chooseDevice,
  DEVICE_TOLERANCE,
  INT8_TOLERANCE,
  type ChooseDeviceOptions,
} from '../../../../models/encoder/choose-device.js';
import { parseEncoderManifest } from '../../../../models/encoder/manifest.js';
import { candidates, missingFor } from '../../../../models/encoder/runtime/device.js';
import type { NetworkOutput } from '../../../../models/encoder/runtime/network.js';
import type { NetworkPool } from '../../../../models/encoder/runtime/network-pool.js';
import { RejectedError } from '../../../../pipeline/core/errors.js';

const FIXTURE = new URL('../../../fixtures/models/encoder/model.json', import.meta.url);
const manifest = parseEncoderManifest(JSON.parse(readFileSync(FIXTURE, 'utf8')), 'tiny');

const output = (shift: number): NetworkOutput => ({
  sentiment: [1 + shift, 0, -1],
  intensity: 0.5,
  topics: Array.from({ length: 20 }, () => 0),
  mentions: [[0, 1, 0]],
});

interface FakePool {
  /** What it adds to a logit of a text alone, and beside others; null answers nothing. */
  readonly alone?: number | null;
  readonly together?: number;
  readonly refuses?: string;
  /** It is lost with a batch of so many texts, and whatever is asked later. */
  readonly lostWith?: number;
  /** Milliseconds for a batch. */
  readonly ms?: number;
}

function poolOf({
  alone = 0,
  together = alone ?? 0,
  refuses,
  lostWith = Infinity,
  ms = 0,
}: FakePool): NetworkPool & { closed: boolean } {
  let lost = false;
  const pool = {
    closed: false,
    warm: () =>
      refuses === undefined ? Promise.resolve() : Promise.reject(new RejectedError('model_format', refuses)),
    ask: () => Promise.reject(new Error('nothing is asked one by one')),
    askTogether: (_: unknown, inputs: readonly unknown[]) => {
      const until = performance.now() + ms;
      if (inputs.length >= lostWith) lost = true;
      if (lost) return Promise.resolve(inputs.map(() => null));
      while (performance.now() < until);
      const shift = inputs.length === 1 ? alone : together;
      return Promise.resolve(inputs.map(() => (shift === null ? null : output(shift))));
    },
    separate: () => undefined,
    close: () => {
      pool.closed = true;
      return Promise.resolve();
    },
  };
  return pool;
}

async function choose(gpu: NetworkPool, options: Partial<ChooseDeviceOptions> = {}) {
  const tokenizers = new Map([
    ['en.tokenizer.json', { encode: () => ({ ids: [2, 5, 3], starts: [], ends: [], cut: false }) }],
  ]);
  const serving = poolOf({ ms: 4 });
  return chooseDevice({
    wanted: 'webgpu',
    manifest,
    tokenizers,
    cpu: serving,
    serving,
    workers: 1,
    maxBatch: 4,
    tolerance: DEVICE_TOLERANCE,
    openPool: () => gpu,
    ...options,
  });
}

describe('the choice of a device', () => {
  it('takes a graphics processor that answers as the CPU does', async () => {
    const gpu = poolOf({ alone: 1e-4 });
    const chosen = await choose(gpu);
    expect(chosen).toEqual({ state: { wanted: 'webgpu', used: 'webgpu', reason: null }, gpu });
    expect(gpu.closed).toBe(false);
  });

  it.each<[string, FakePool, RegExp]>([
    ['answers otherwise', { alone: 0.1 }, /differ from those of the CPU by \d\.\de-2, more than 0\.001/],
    ['answers otherwise in a batch', { together: 0.1 }, /differ/],
    ['answers nothing', { alone: null }, /gave no answer/],
    ['cannot be opened', { refuses: 'No supported adapters' }, /cannot be used: No supported adapters/],
  ])('leaves one alone that %s, and says so', async (_, fake, reason) => {
    const gpu = poolOf(fake);
    const { state, gpu: used } = await choose(gpu);
    expect(used).toBeNull();
    expect(state).toMatchObject({ wanted: 'webgpu', used: 'cpu' });
    expect(state.reason).toMatch(reason);
    expect(gpu.closed).toBe(true);
  });

  it('lets networks of int8 differ by a step of their rounding', async () => {
    expect((await choose(poolOf({ alone: 0.02 }))).state.used).toBe('cpu');
    expect((await choose(poolOf({ alone: 0.02 }), { tolerance: INT8_TOLERANCE })).state.used).toBe('webgpu');
    expect((await choose(poolOf({ alone: 0.2 }), { tolerance: INT8_TOLERANCE })).state.used).toBe('cpu');
  });

  it('asks for speed only when the choice is left to it', async () => {
    const slow = { ms: 40 };
    expect((await choose(poolOf(slow))).state.used).toBe('webgpu');
    const { state } = await choose(poolOf(slow), { wanted: 'auto' });
    expect(state.used).toBe('cpu');
    expect(state.reason).toMatch(/cuda: .*webgpu: it is slower than the CPU: .* for 4 texts/s);
    expect((await choose(poolOf({}), { wanted: 'auto', serving: poolOf(slow) })).state.used).toBe('webgpu');
  });

  it('leaves one alone that is lost with a full batch, however quick that is', async () => {
    const chosen = await choose(poolOf({ lostWith: 10 }), { wanted: 'auto', maxBatch: 10 });
    expect(chosen.gpu).toBeNull();
    expect(chosen.state.reason).toMatch(/webgpu: it gave no answer to a batch of 10 texts/);
  });

  it('leaves no process behind when something of ours fails', async () => {
    const gpu = { ...poolOf({}), askTogether: () => Promise.reject(new Error('a bug')) };
    let closed = 0;
    gpu.close = () => {
      closed += 1;
      return Promise.resolve();
    };
    await expect(choose(gpu)).rejects.toThrow('a bug');
    expect(closed).toBe(1);
  });

  it('opens nothing when the CPU is wanted', async () => {
    const { state } = await choose(poolOf({}), {
      wanted: 'cpu',
      openPool: () => {
        throw new Error('opened');
      },
    });
    expect(state).toEqual({ wanted: 'cpu', used: 'cpu', reason: null });
    expect(candidates('auto')).toEqual(['cuda', 'webgpu']);
  });

  it('says what CUDA needs where its library is missing, and tries it where it is there', async () => {
    const { state } = await choose(poolOf({}), { wanted: 'cuda' });
    expect(state.reason).toMatch(
      /libonnxruntime_providers_cuda\.so.*npm rebuild onnxruntime-node.*CUDA|CUDA 12/s,
    );
    const folder = await mkdtemp(join(tmpdir(), 'bellwether-cuda-'));
    expect(missingFor('cuda', folder)).toContain(folder);
    await writeFile(join(folder, 'libonnxruntime_providers_cuda.so'), '');
    expect(missingFor('cuda', folder)).toBeNull();
    await rm(folder, { recursive: true });
  });
});
