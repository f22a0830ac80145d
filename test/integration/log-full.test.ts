import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../pipeline/core/clock.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';
import { bundleChild } from '../support/bundle-child.js';

let folder: string;
let child: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-full-'));
  child = await bundleChild(join(import.meta.dirname, '..', 'support', 'log-full-child.ts'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(child, { force: true });
});

it('survives a file that may not grow: every refusal can be tried again, and what was accepted is there', async () => {
  const path = join(folder, 'log');
  // The system's own file size limit (here 10 MiB) cuts writes off as a full disk does.
  const limited = `ulimit -f 20480; exec "${process.execPath}" "${child}" "${path}"`;
  const { stdout } = await promisify(execFile)('sh', ['-c', limited]);
  const seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
    accepted: number;
    end: number;
    failures: { code: string; retriable: boolean }[];
  };
  expect(seen.accepted).toBeGreaterThan(1_000);
  expect(seen.end).toBe(seen.accepted);
  // A write that is cut short is an I/O error to LMDB; only the disk's free space tells that it is full.
  for (const failure of seen.failures) {
    expect(failure.retriable).toBe(true);
    expect(['log_full', 'log_write_failed']).toContain(failure.code);
  }

  const log = await openLmdbLog({ path, clock: systemClock });
  const reader = await log.openReader('documents.raw', 'checker');
  const messages = await reader.pull({ maxMessages: 1e6, maxBytes: 1e9, waitMs: 0 });
  expect(messages).toHaveLength(seen.accepted);
  expect(
    (await log.append('documents.raw', [{ key: 'k', value: Buffer.from('room again') }]))[0]?.offset,
  ).toBe(seen.accepted);
  await log.close();
});
