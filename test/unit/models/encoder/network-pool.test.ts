import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { createNetworkPool, type NetworkPool } from '../../../../models/encoder/runtime/network-pool.js';

const ENTRY = fileURLToPath(new URL('../../../support/encoder-worker.mjs', import.meta.url));
const HANG = 666;
const CRASH = 667;
const FAIL = 668;

let pool: NetworkPool | null = null;
let restarts: string[] = [];
let batches: number[] = [];
let failures: (string | null)[] = [];
let losses: string[] = [];

afterEach(async () => {
  await pool?.close();
});

function start(
  options: { workers?: number; maxBatch?: number; deadlineMs?: number; entry?: string } = {},
): NetworkPool {
  restarts = [];
  batches = [];
  failures = [];
  losses = [];
  pool = createNetworkPool({
    networks: [],
    device: 'cpu',
    threads: 1,
    workers: 1,
    maxBatch: 4,
    maxAgeMs: 0,
    deadlineMs: 30_000,
    idleMs: null,
    entry: ENTRY,
    observer: {
      batch: (texts) => batches.push(texts),
      restarted: (reason, message) => {
        restarts.push(reason);
        losses.push(message);
      },
      startFailed: (problem) => failures.push(problem),
    },
    ...options,
  });
  return pool;
}

const input = (...ids: readonly number[]) => ({ ids, mentions: [] });

describe('the pool of networks', () => {
  it('answers each text with its own output, in batches no larger than allowed', async () => {
    const asked = start();
    await asked.warm();
    const ids = Array.from({ length: 10 }, (_, index) => index);
    const outputs = await Promise.all(ids.map((id) => asked.ask('en', input(id))));
    expect(outputs.map((output) => output?.sentiment[0])).toEqual(ids);
    expect(batches).toEqual([4, 4, 2]);
  });

  it('shares what waits out among the threads that are idle', async () => {
    const asked = start({ workers: 2, maxBatch: 16 });
    await asked.warm();
    await Promise.all([1, 2, 3, 4, 5, 6].map((id) => asked.ask('en', input(id))));
    expect(batches).toEqual([3, 3]);
  });

  it.each([
    ['hangs', HANG, 'hang', 300],
    ['crashes', CRASH, 'crash', 30_000],
  ])(
    'answers null for the batch with which a thread %s, and starts another',
    async (_, bad, reason, deadlineMs) => {
      const asked = start({ deadlineMs, maxBatch: 2 });
      await asked.warm();
      const outputs = await Promise.all([bad, 1, 2, 3].map((id) => asked.ask('en', input(id))));
      expect(outputs.map((output) => output?.sentiment[0] ?? null)).toEqual([null, null, 2, 3]);
      expect(restarts).toEqual([reason]);
    },
  );

  it('tells why a thread was lost, and that it cannot be started again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pool-'));
    const entry = join(folder, 'worker.mjs');
    await copyFile(ENTRY, entry);
    const asked = start({ entry });
    await asked.warm();
    await writeFile(entry, 'throw new RangeError("no memory left");');
    expect(await asked.ask('en', input(CRASH))).toBeNull();
    expect(losses).toEqual([expect.stringContaining('out of bounds')]);
    await vi.waitFor(
      () => {
        expect(failures).toEqual([expect.stringContaining('no memory left')]);
      },
      { timeout: 30_000 },
    );
    expect(await asked.ask('en', input(1))).toBeNull();
    await rm(folder, { recursive: true });
  });

  it('runs the texts of a batch that failed one by one, so that its mates are answered', async () => {
    const asked = start();
    await asked.warm();
    const outputs = await Promise.all([1, FAIL, 3].map((id) => asked.ask('en', input(id))));
    expect(outputs.map((output) => output?.sentiment[0] ?? null)).toEqual([1, null, 3]);
    expect(restarts).toEqual([]);
  });

  it('has no answers to no texts', async () => {
    const asked = start();
    await asked.warm();
    expect(await asked.askTogether('en', [])).toEqual([]);
  });

  it('runs every text alone once it is told so', async () => {
    const asked = start();
    await asked.warm();
    asked.separate();
    await Promise.all([1, 2, 3].map((id) => asked.ask('en', input(id))));
    expect(batches).toEqual([1, 1, 1]);
  });

  it('answers null to what waits when it is closed, and to what comes later', async () => {
    const asked = start();
    await asked.warm();
    const hanging = asked.ask('en', input(HANG));
    await asked.close();
    expect(await hanging).toBeNull();
    expect(await asked.ask('en', input(1))).toBeNull();
  });
});
