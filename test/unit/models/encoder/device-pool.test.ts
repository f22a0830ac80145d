import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

import type { DeviceState } from '../../../../models/encoder/runtime/device.js';
import { createDevicePool, recoverDevice } from '../../../../models/encoder/runtime/device-pool.js';
import {
  createNetworkPool,
  type NetworkPool,
  type PoolRecovery,
} from '../../../../models/encoder/runtime/network-pool.js';

const PROCESS = fileURLToPath(new URL('../../../support/encoder-process.mjs', import.meta.url));
const THREAD = fileURLToPath(new URL('../../../support/encoder-worker.mjs', import.meta.url));
const HANG = 666;
const CRASH = 667;
const FAIL = 668;
/** What the fake process puts in the second place; the fake thread puts 0 there. */
const GPU = 1;
const CPU = 0;

let pool: NetworkPool | null = null;

afterEach(async () => {
  await pool?.close();
});

const COMMON = {
  networks: [],
  threads: 1,
  workers: 1,
  maxBatch: 4,
  maxAgeMs: 0,
  idleMs: null,
  observer: { batch: () => undefined, restarted: () => undefined, startFailed: () => undefined },
};

async function start(recovery: PoolRecovery, deadlineMs = 30_000): Promise<NetworkPool> {
  const gpu = createNetworkPool({ ...COMMON, device: 'webgpu', entry: PROCESS, deadlineMs, recovery });
  const cpu = createNetworkPool({ ...COMMON, device: 'cpu', entry: THREAD, deadlineMs: 30_000 });
  pool = createDevicePool(gpu, cpu, { deadlineMs });
  await pool.warm();
  return pool;
}

/** Comes back at once, `times` times. */
function quickly(times: number): PoolRecovery & { problems: string[]; returned: Promise<void> } {
  const problems: string[] = [];
  let back: () => void = () => undefined;
  const returned = new Promise<void>((resolve) => {
    back = resolve;
  });
  return {
    problems,
    returned,
    back: () => {
      back();
    },
    pauseMs: (losses) => (losses > times ? null : 1),
    lost: (problem) => problems.push(problem),
  };
}

const ask = async (asked: NetworkPool, ...ids: readonly number[]) => {
  const outputs = await Promise.all(ids.map((id) => asked.ask('en', { ids: [id], mentions: [] })));
  return outputs.map((output) => (output === null ? null : output.sentiment.slice(0, 2)));
};

describe('networks on a graphics processor', () => {
  it('answer from a process of their own', async () => {
    const asked = await start(quickly(1));
    expect(await ask(asked, 1, 2, 3)).toEqual([
      [1, GPU],
      [2, GPU],
      [3, GPU],
    ]);
  });

  it('leave a text on which they fail to the CPU, and answer its mates', async () => {
    const asked = await start(quickly(1));
    expect(await ask(asked, 1, FAIL, 3)).toEqual([[1, GPU], null, [3, GPU]]);
  });

  it('leave a batch with which their process dies to the CPU, and come back', async () => {
    const recovery = quickly(1);
    const asked = await start(recovery);
    // The fake thread dies of the same text: that one alone stays unanswered.
    const [bad, ...mates] = await ask(asked, CRASH, 1, 2, 3);
    expect(bad).toBeNull();
    expect(mates.every((mate) => mate === null || mate[1] === CPU)).toBe(true);
    expect(recovery.problems).toEqual([
      'The process of the graphics processor ended with SIGABRT: device lost',
    ]);
    // While it is away the CPU answers; the first text starts it.
    for (let answered = await ask(asked, 5); answered[0]?.[1] !== GPU; answered = await ask(asked, 5)) {
      expect(answered).toEqual([[5, CPU]]);
    }
    await recovery.returned;
  });

  it('are ended when they give no answer, native code or not', async () => {
    const recovery = quickly(0);
    const asked = await start(recovery, 10_000);
    const [output] = await Promise.all([ask(asked, 1), ask(asked, 2)]);
    expect(output).toEqual([[1, GPU]]);
    const gpuAlone = createNetworkPool({
      ...COMMON,
      device: 'webgpu',
      entry: PROCESS,
      deadlineMs: 200,
      recovery,
    });
    await gpuAlone.warm();
    expect(await gpuAlone.ask('en', { ids: [HANG], mentions: [] })).toBeNull();
    expect(recovery.problems).toEqual(['The process of the graphics processor gave no answer for 0.2 s.']);
    // Given up: whatever is asked is left to the CPU at once.
    expect(await gpuAlone.ask('en', { ids: [1], mentions: [] })).toBeNull();
    await gpuAlone.close();
  });
});

describe('the deadline of a batch', () => {
  it('is one for the graphics processor and the CPU that stands in for it', async () => {
    let time = 0;
    const spent: Record<string, number[]> = { gpu: [], cpu: [] };
    const poolOf = (name: string, takesMs: () => number): NetworkPool => ({
      warm: () => Promise.resolve(),
      ask: (_language, _input, spentMs = 0) => {
        spent[name]?.push(spentMs);
        time += takesMs();
        return Promise.resolve(null);
      },
      askTogether: () => Promise.resolve([]),
      separate: () => undefined,
      close: () => Promise.resolve(),
    });
    let gpuMs = 5_000;
    const asked = createDevicePool(
      poolOf('gpu', () => gpuMs),
      poolOf('cpu', () => 0),
      { deadlineMs: 10_000, now: () => time },
    );
    // It hangs; it fails at once; it waits long for its turn and fails then.
    for (gpuMs of [5_000, 0, 60_000]) await asked.ask('en', { ids: [1], mentions: [] });
    expect(spent).toEqual({ gpu: [5_000, 5_000, 5_000], cpu: [5_000, 0, 5_000] });
  });
});

describe('the recovery of a graphics processor', () => {
  it('waits 1, 2, 4 and 8 s and gives it up at the fifth loss in a row, telling who serves and why', () => {
    const states: DeviceState[] = [];
    const recovery = recoverDevice({ wanted: 'auto', used: 'webgpu' }, (state) => states.push(state));
    expect([1, 2, 3, 4, 5, 6].map((losses) => recovery.pauseMs(losses))).toEqual([
      1_000,
      2_000,
      4_000,
      8_000,
      null,
      null,
    ]);
    recovery.lost('It ended.', 1_000);
    recovery.back();
    recovery.lost('It ended.', null);
    expect(states).toEqual([
      { wanted: 'auto', used: 'cpu', reason: 'webgpu: It ended. It is tried again after 1 s.' },
      { wanted: 'auto', used: 'webgpu', reason: null },
      {
        wanted: 'auto',
        used: 'cpu',
        reason:
          'webgpu: It ended. It was lost 5 times in a row and is not tried again before the next start.',
      },
    ]);
  });
});
