import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, it } from 'vitest';
import { openStore } from '../../pipeline/storage/open-store.js';
import { batchOf, hexId, stillClock, touchedBy } from '../support/store.js';
import { bundleChild } from '../support/bundle-child.js';
import { BATCH_SIZE, killBatch } from '../support/store-child.js';

const KILLS = 16;
const path = mkdtempSync(join(tmpdir(), 'bellwether-kill-'));
afterAll(() => rm(path, { recursive: true, force: true }));

/** Lets a child write from the given batch on, kills it, and answers with the last batch it reported as done. */
async function writeAndKill(main: string, first: number, killAfterMs: number): Promise<number> {
  const child = spawn(process.execPath, [main, path, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let done = first - 1;
  let killing = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'open') done = Number(line);
    if (killing) continue;
    killing = true;
    setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  }
  return done;
}

it(`loses nothing and doubles nothing when its process is killed ${KILLS} times`, async () => {
  const main = await bundleChild(join(import.meta.dirname, '..', 'support', 'store-child-main.ts'));
  let next = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    // The moments are spread over the whole cycle of a batch; the next process starts with the batch that was cut off.
    next = (await writeAndKill(main, next, 5 + kill * 17)) + 1;
  }
  const store = await openStore({ path, world: 'replay', clock: stillClock });
  const last = killBatch(next);
  await store.write(batchOf(...last));
  await store.rollUp(touchedBy(...last));

  const expected = (next + 1) * BATCH_SIZE;
  expect(await store.counts()).toEqual({
    stored: expected,
    storedReceipts: expected,
    deadLettered: 0,
    duplicates: 0,
    dropped: 0,
    erased: 0,
    expired: 0,
    rollUpDifferences: 0,
  });
  const newest = new Map<string, number>();
  for (let number = 0; number <= next; number += 1) {
    for (const version of killBatch(number)) newest.set(version.scored.document.id, version.version);
  }
  const [days] = [
    await store.series({
      series: ['market'],
      topic: null,
      frequency: '1d',
      from: 0,
      to: Date.UTC(2099, 0),
      asOf: null,
      minRelevance: 0,
    }),
  ];
  expect(days.reduce((sum, day) => sum + day.documents, 0)).toBe(newest.size);
  expect((await store.document(hexId('kill 0 1'), null))?.version).toBe(next > 0 ? 2 : 1);
  await store.close();
}, 240_000);
