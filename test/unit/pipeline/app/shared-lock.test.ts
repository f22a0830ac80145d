import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DEAD_MS, trySharedLock, type SharedLock } from '../../../../pipeline/app/shared-lock.js';
import { systemClock } from '../../../../pipeline/core/clock.js';

/** No process has it. */
const NOBODY = { pid: 2 ** 22 + 1, startTicks: 1 };

let folder: string;
let file: string;
const held: SharedLock[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-lock-'));
  file = join(folder, 'lock');
});
afterEach(async () => {
  for (const lock of held.splice(0)) await lock.release();
  await rm(folder, { recursive: true });
});

async function take(
  place: string,
  clock: Parameters<typeof trySharedLock>[1] = systemClock,
): Promise<SharedLock | null> {
  const lock = await trySharedLock(file, clock, place);
  if (lock !== null) held.push(lock);
  return lock;
}

/** As if the last beat had been so long ago, by the times of the file system. */
async function age(ms: number): Promise<void> {
  const probe = join(folder, 'probe');
  await writeFile(probe, '');
  const then = (await stat(probe)).mtimeMs - ms;
  await utimes(file, then / 1_000, then / 1_000);
  await rm(probe);
}

describe('a lock that containers share', () => {
  it('is held by one, whichever container asks, until that one lets go', async () => {
    const first = await take('one');
    expect(await take('one')).toBeNull();
    expect(await take('two')).toBeNull();
    expect(await first?.isHeld()).toBe(true);
    await first?.release();
    held.splice(0);
    expect(await readdir(folder)).toEqual([]);
    expect(await take('two')).not.toBeNull();
  });

  it('counts in another container as long as it beats, whatever processes there are here', async () => {
    await writeFile(file, JSON.stringify({ ...NOBODY, place: 'one' }));
    await age(DEAD_MS - 2_000);
    expect(await take('two')).toBeNull();
    await age(DEAD_MS + 2_000);
    expect(await (await take('two'))?.isHeld()).toBe(true);
    expect(await readdir(folder)).toEqual(['lock']);
  });

  it('of a process here counts while that runs: what a kill left behind is taken over at once', async () => {
    await writeFile(file, JSON.stringify({ pid: process.pid, startTicks: null, place: 'one' }));
    await age(DEAD_MS + 2_000);
    expect(await take('one')).toBeNull();
    await writeFile(file, JSON.stringify({ ...NOBODY, place: 'one' }));
    expect(await take('one')).not.toBeNull();
  });

  it.each(['', '{"pid":', '{"pid":7,"startTicks":1}'])(
    'that says nothing of its place (%j) counts until it is old',
    async (text) => {
      await writeFile(file, text);
      expect(await take('one')).toBeNull();
      await age(DEAD_MS + 2_000);
      expect(await take('one')).not.toBeNull();
    },
  );

  it('beats while it is held', async () => {
    let beat: () => void = () => undefined;
    const asleep: (() => void)[] = [];
    const clock = {
      sleep: (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          beat = resolve;
          signal?.addEventListener('abort', () => {
            resolve();
          });
          asleep.splice(0).forEach((wake) => {
            wake();
          });
        }),
    };
    await take('one', clock);
    await age(DEAD_MS + 2_000);
    const beaten = new Promise<void>((resolve) => asleep.push(resolve));
    beat();
    await beaten;
    expect(await take('two')).toBeNull();
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: process.pid, place: 'one' });
  });

  it('is lost by one that stood still, who then leaves alone what another one holds', async () => {
    const frozen = await take('one', { sleep: (_ms, signal) => systemClock.sleep(60_000, signal) });
    await age(DEAD_MS + 2_000);
    const next = await take('two');
    expect([await frozen?.isHeld(), await next?.isHeld()]).toEqual([false, true]);
    await frozen?.release();
    held.shift();
    expect(await next?.isHeld()).toBe(true);
  });

  it('that is dead is taken over by one of many, also where a takeover was cut off', async () => {
    for (const name of [file, `${file}.takeover`])
      await writeFile(name, JSON.stringify({ ...NOBODY, place: 'one' }));
    const tries = await Promise.all(Array.from({ length: 12 }, () => take('one')));
    const again = await take('one');
    expect([...tries, again].filter((lock) => lock !== null)).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['lock']);
  });
});
