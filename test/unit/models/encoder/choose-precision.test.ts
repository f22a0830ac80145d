import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { DEVICE_TOLERANCE } from '../../../../models/encoder/choose-device.js';
import { choosePrecision } from '../../../../models/encoder/choose-precision.js';
import { parseEncoderManifest } from '../../../../models/encoder/manifest.js';
import type { NetworkPool } from '../../../../models/encoder/runtime/network-pool.js';

const FIXTURE = new URL('../../../fixtures/models/encoder/model.json', import.meta.url);
const manifest = parseEncoderManifest(JSON.parse(readFileSync(FIXTURE, 'utf8')), 'tiny');

/** Adds so much to a logit. */
function poolOf(shift: number): NetworkPool & { closed: boolean } {
  const pool = {
    closed: false,
    warm: () => Promise.resolve(),
    ask: () => Promise.reject(new Error('nothing is asked one by one')),
    askTogether: (_: unknown, inputs: readonly unknown[]) =>
      Promise.resolve(inputs.map(() => ({ sentiment: [1 + shift, 0, -1] }))),
    separate: () => undefined,
    close: () => {
      pool.closed = true;
      return Promise.resolve();
    },
  };
  return pool;
}

/** The CPU with int8 answers 0, without rounding 0.1. */
async function choose({ half, wide }: { readonly half: NetworkPool; readonly wide: NetworkPool }) {
  const cpu = poolOf(0);
  const reference = poolOf(0.1);
  const tokenizers = new Map([
    ['en.tokenizer.json', { encode: () => ({ ids: [2, 5, 3], starts: [], ends: [], cut: false }) }],
  ]);
  const chosen = await choosePrecision({
    wanted: 'webgpu',
    manifest,
    tokenizers,
    cpu,
    serving: cpu,
    workers: 1,
    maxBatch: 4,
    tolerance: DEVICE_TOLERANCE,
    openPool: () => wide,
    half: { openPool: () => half, openReference: () => reference },
  });
  return { chosen, reference };
}

describe('the choice of figures', () => {
  it('takes 16 bits that answer as float32 without rounding, which then stands by', async () => {
    const half = poolOf(0.101);
    const { chosen, reference } = await choose({ half, wide: poolOf(0) });
    const state = { wanted: 'webgpu', used: 'webgpu', reason: null };
    expect(chosen).toEqual({ state, gpu: half, standBy: reference });
    expect(reference.closed).toBe(false);
  });

  it('takes float32 where 16 bits answer otherwise, and says so', async () => {
    const half = poolOf(0.3);
    const wide = poolOf(0);
    const { chosen, reference } = await choose({ half, wide });
    expect(chosen).toMatchObject({ state: { used: 'webgpu' }, gpu: wide, standBy: null });
    expect(chosen.state.reason).toMatch(/^fp16 is not used: webgpu: its answers .* more than 0\.005\.$/);
    expect([half.closed, reference.closed]).toEqual([true, true]);
  });

  it('leaves it to the CPU where neither does', async () => {
    const { chosen, reference } = await choose({ half: poolOf(0.3), wide: poolOf(0.3) });
    expect(chosen).toMatchObject({ state: { used: 'cpu' }, gpu: null, standBy: null });
    expect(chosen.state.reason).toMatch(/fp16 is not used: webgpu: .* fp32: webgpu: .* more than 0\.001\.$/);
    expect(reference.closed).toBe(true);
  });
});
