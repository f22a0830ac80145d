import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../pipeline/core/clock.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';
import { bundleChild } from '../support/bundle-child.js';

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
function runAndKill(afterMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, [child, join(folder, 'log')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    let timer: NodeJS.Timeout | null = null;
    running.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      timer ??= setTimeout(() => running.kill('SIGKILL'), afterMs);
    });
    running.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    running.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(output);
      else reject(new Error(`The child ended by itself: ${errors}`));
    });
  });
}

it(
  `keeps every acknowledged record and commit through ${KILLS} kills at any moment`,
  { timeout: 120_000 },
  async () => {
    const acknowledged = new Map<string, number>();
    let committed = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const output = await runAndKill(Math.random() * 150);
      // The last line may be cut by the kill: only whole lines were acknowledged.
      for (const line of output.split('\n').slice(0, -1)) {
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
