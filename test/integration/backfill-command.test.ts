import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import type { RunningService } from '../../pipeline/app/running-service.js';
import { run } from '../../pipeline/cli.js';
import { captureIo } from '../support/command-io.js';
import { never, openService } from '../support/in-process.js';
import { BIN, temporaryFolder, until } from '../support/service.js';

const DAY = 24 * 3_600_000;
/** Several chunks of 200. */
const ROWS = 3_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let dataDir: string;
const open: RunningService[] = [];
const start = async () => {
  const service = await openService(dataDir);
  open.push(service);
  return service;
};
const stop = () => Promise.all(open.splice(0).map((service) => service.stop()));
beforeEach(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, 'live');
});
afterEach(async () => {
  await stop();
  await folder.remove();
});

const row = (id: string, at: number, title: string) => ({
  source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
  nativeId: id,
  title,
  publishedAt: new Date(at).toISOString(),
});
const write = async (name: string, rows: readonly unknown[]) => {
  const path = join(folder.path, name);
  await writeFile(path, rows.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n'));
  return path;
};
const writeHistory = (now: number) =>
  write(
    'history.jsonl',
    Array.from({ length: ROWS }, (_, n) =>
      row(`h${n}`, now - 9 * DAY + n * 60_000, `Boeing holds meeting ${n}`),
    ),
  );

/** As a user runs it, in this process: what it said, line by line, and its exit code. */
async function backfill(files: readonly string[], signal = never) {
  const words: string[] = [];
  const { io } = captureIo(folder.path);
  const env = { BELLWETHER_MODELS__SENTIMENT: 'ngram', BELLWETHER_TELEMETRY__LOG_LEVEL: 'error' };
  const say = (text: string) => words.push(text);
  const code = await run(['backfill', ...files, '--data', dataDir], { ...io, env, signal, words: say });
  return { code, words };
}
async function ingest(service: RunningService, rows: readonly unknown[]) {
  const response = await fetch(`${String(service.addresses.page)}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows.map((one) => JSON.stringify(one)).join('\n'),
  });
  expect(response.status).toBeLessThan(300);
}
const books = (service: RunningService) => service.operate(reconcileOperation, {}, never);
const taken = async (service: RunningService) =>
  (await service.parts.log.endPositions('documents.raw')).reduce((sum, { offset }) => sum + offset, 0);

describe('bellwether backfill', () => {
  it('ends with how many were new, duplicates, replaced an older version and were rejected', async () => {
    const now = Date.now();
    const live = await start();
    await ingest(live, [row('a', now, 'Boeing opens hall one'), row('b', now, 'Boeing opens hall two')]);
    expect(await books(live)).toMatchObject({ stored: 2 });
    await stop();

    const file = await write('history.jsonl', [
      row('a', now - 5 * DAY, 'Boeing will open hall one'),
      { ...row('b', now - 5 * DAY, 'Boeing opened hall two'), modifiedAt: new Date(now + 1).toISOString() },
      '{"broken": true}',
      row('c', now - 4 * DAY, 'Boeing names a new head of its yard'),
      row('d', now - 3 * DAY, 'Boeing hires for its yard'),
    ]);
    const { code, words } = await backfill([file]);
    expect(words).toEqual([
      `Loading 1 file as history into ${dataDir}.`,
      expect.stringMatching(/history\.jsonl:3: ./),
      expect.stringMatching(
        /^4 documents taken \(2 new, 1 duplicate, 1 replaced an older version\), 1 rejected, all queryable and rolled up after \d+\.\d s\.$/,
      ),
    ]);
    expect(code).toBe(1);

    const again = await backfill([file]);
    expect(again.words.slice(1)).toEqual([
      `${file} was taken before, to its end; left out.`,
      'Nothing was left to take.',
    ]);
    expect(again.code).toBe(0);
    expect(await books(await start())).toMatchObject({
      accepted: 6,
      stored: 5,
      duplicates: 1,
      difference: 0,
    });
  }, 240_000);

  it('says after Ctrl-C where it goes on, goes on there, and takes nothing twice', async () => {
    await start();
    await stop();
    const file = await writeHistory(Date.now());
    const child = spawn(process.execPath, [BIN, 'backfill', file, '--data', dataDir], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const words: string[] = [];
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    for await (const line of createInterface({ input: child.stderr })) {
      words.push(line);
      if (line.includes('History is being loaded.')) child.kill('SIGINT');
    }
    expect(await closed).toBe(1);
    const last = words.at(-1) ?? '';
    const [, first, line] =
      /^Interrupted: (\d+) documents taken \(.*\), 0 rejected\..* The same command goes on with line (\d+) of .*history\.jsonl\.$/.exec(
        last,
      ) ?? [];
    const done = Number(first);
    expect(done).toBeGreaterThan(0);
    expect(Number(line)).toBe(done + 1);

    const rest = await backfill([file]);
    expect(rest.words.slice(1)).toEqual([
      `${file} was taken before up to line ${done}; gone on with line ${done + 1}.`,
      expect.stringContaining(
        `${ROWS - done} documents taken (${ROWS - done} new, 0 duplicates, 0 replaced an older version), 0 rejected, all`,
      ),
    ]);
    expect(rest.code).toBe(0);
    expect(await books(await start())).toMatchObject({ accepted: ROWS, stored: ROWS, duplicates: 0 });
  }, 240_000);

  it('can be interrupted while a running service loads, and goes on there', async () => {
    const service = await start();
    const file = await writeHistory(Date.now());
    const abort = new AbortController();
    const running = backfill([file], abort.signal);
    await until(async () => ((await taken(service)) > 0 ? true : null), 60_000, 'a first chunk');
    abort.abort();
    const { code, words } = await running;
    expect(words.slice(1)).toEqual([expect.stringMatching(/^Interrupted\. .*the same command continues/)]);
    expect(code).toBe(1);

    const rest = await backfill([file]);
    expect(rest.words[1]).toMatch(/history\.jsonl was taken before up to line \d+; gone on with line \d+\.$/);
    expect(rest.code).toBe(0);
    expect(await books(service)).toMatchObject({ stored: ROWS, difference: 0 });
  }, 240_000);
});
