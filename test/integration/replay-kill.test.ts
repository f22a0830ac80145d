import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BIN, getJson, runCommand, startBellwether, temporaryFolder } from '../support/service.js';
import { writeStream } from '../support/stream-file.js';

const KILLS = 20;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
let rows: number;

beforeAll(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'stream.jsonl');
  rows = await writeStream(file, { days: 20, perDay: 400, seed: 11 });
});
afterAll(() => folder.remove());

/** Starts the replay and kills it after a while; true when it had finished before. */
async function replayAndKill(data: string, afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [BIN, 'replay', file, '--data', data], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  const ready = new Promise<void>((resolve) => {
    child.stderr.on('data', (bytes: Buffer) => {
      words += bytes.toString();
      if (words.includes('Replaying into')) resolve();
    });
  });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  await Promise.race([ready, closed]);
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
  const code = await closed;
  clearTimeout(timer);
  if (code !== null && code !== 0) throw new Error(`The replay failed by itself:\n${words}`);
  return code === 0;
}

interface Picture {
  readonly series: unknown;
  readonly alerts: readonly { readonly id: string }[];
}

async function pictureOf(data: string): Promise<Picture> {
  const service = await startBellwether(['--data', data]);
  const range = 'from=2026-01-05T00:00:00Z&to=2026-01-26T00:00:00Z';
  const { data: series } = (await getJson(
    `${service.page}/api/v1/series?series=market,instrument:BA.XNYS,sector:industrials&frequency=1h&${range}`,
  )) as { data: unknown };
  const { data: alerts } = (await getJson(`${service.page}/api/v1/alerts?${range}`)) as {
    data: { id: string }[];
  };
  await service.stop();
  return { series, alerts };
}

describe('a replay that is killed again and again', () => {
  it(`survives ${String(KILLS)} kill -9: nothing lost, nothing twice, roll-ups, alerts and mails as without`, async () => {
    const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 1e9));
    console.info(`kill seed ${String(seed)}`);
    let state = seed;
    const random = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
    const killed = join(folder.path, 'killed');
    const whole = join(folder.path, 'whole');

    let kills = 0;
    for (let turn = 0; kills < KILLS && turn < KILLS * 3; turn += 1) {
      // Short lives, so that the work is spread over all of them; a finished replay starts over and adds duplicates.
      if (!(await replayAndKill(killed, 20 + random() * 500))) kills += 1;
    }
    expect(kills).toBe(KILLS);
    const last = await runCommand(['replay', file, '--data', killed]);
    expect(last.code, last.words).toBe(0);
    const balance = await runCommand(['reconcile', '--data', killed, '--json']);
    const books = JSON.parse(balance.out) as Record<string, number>;
    expect(books).toMatchObject({ stored: rows, deadLettered: 0, difference: 0, rollUpDifferences: 0 });
    expect(books['accepted']).toBe(rows + (books['duplicates'] ?? 0));
    expect(balance.code).toBe(0);

    const once = await runCommand(['replay', file, '--data', whole]);
    expect(once.code, once.words).toBe(0);
    const expected = await pictureOf(whole);
    expect(expected.alerts.length).toBeGreaterThan(0);
    expect(await pictureOf(killed)).toEqual(expected);
    expect((await readdir(join(killed, 'outbox'))).sort()).toEqual(
      (await readdir(join(whole, 'outbox'))).sort(),
    );
  }, 400_000);
});
