import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as moment } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../pipeline/core/clock.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';
import { bundleChild } from '../support/bundle-child.js';
import { startKilledChild } from '../support/killed-child.js';

const KILLS = 20;
const TOPIC = 'documents.raw';

let folder: string;
let child: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-kill-'));
  child = await bundleChild(join(import.meta.dirname, '..', 'support', 'log-child.ts'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(child, { force: true });
});

/** Runs the child on the log and kills it after a moment chosen by chance; resolves to what it had written. */
async function runAndKill(afterMs: number): Promise<readonly string[]> {
  const running = startKilledChild(child, [join(folder, 'log')]);
  await running.until((lines) => lines.length > 0);
  await moment(afterMs);
  return running.kill();
}

it(
  `keeps every acknowledged record and commit through ${KILLS} kills at any moment`,
  { timeout: 120_000 },
  async () => {
    const acknowledged = new Map<string, number>();
    let committed = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      for (const line of await runAndKill(Math.random() * 150)) {
        const [key = '', offset = ''] = line.split(' ');
        if (key === 'committed') committed = Number(offset);
        else if (key !== 'ready') acknowledged.set(key, Number(offset));
      }
    }

    const log = await openLmdbLog({ path: join(folder, 'log'), clock: systemClock });
    expect((await log.committedPositions(TOPIC, 'killed'))[0]?.offset).toBeGreaterThanOrEqual(committed);
    expect(await log.readCursor('feed')).not.toBeNull();
    const end = (await log.endPositions(TOPIC))[0]?.offset ?? 0;
    const stored = new Map<string, number>();
    const reader = await log.openReader(TOPIC, 'checker');
    for (let next = 0; next < end;) {
      for (const { key, offset, value } of await reader.pull({
        maxMessages: 5_000,
        maxBytes: 1e8,
        waitMs: 0,
      })) {
        expect(offset).toBe(next);
        expect(value.byteLength).toBe(500);
        stored.set(key, offset);
        next += 1;
      }
    }
    await log.close();

    expect(acknowledged.size).toBeGreaterThan(KILLS);
    expect(stored.size).toBe(end);
    const lost = [...acknowledged].filter(([key, offset]) => stored.get(key) !== offset);
    expect(lost).toEqual([]);
  },
);
