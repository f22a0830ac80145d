import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { systemClock } from '../../pipeline/core/clock.js';
import type { DurableLog } from '../../pipeline/core/log.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';
import { temporaryFolder } from '../support/service.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let log: DurableLog;
beforeEach(async () => {
  folder = await temporaryFolder();
  log = await openLmdbLog({
    path: join(folder.path, 'log'),
    clock: systemClock,
    retention: { maxAgeMs: 0, maxBytes: 0 },
  });
});
afterEach(async () => {
  await log.close();
  await folder.remove();
});

const records = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: 'k', value: Buffer.from(`文 ${from + index}`) }));

const textsOf = async (from: DurableLog, group: string) => {
  const reader = await from.openReader('documents.raw', group);
  const messages = await reader.pull({ maxMessages: 1e6, maxBytes: 1e9, waitMs: 0 });
  return messages.map(({ value }) => Buffer.from(value).toString());
};

it('copies the log as it was when the snapshot was taken, whatever is appended, committed and trimmed before the copy', async () => {
  await log.append('documents.raw', records(0, 500), { cursors: [{ name: 'feed', value: 'then' }] });
  const reader = await log.openReader('documents.raw', 'understand');
  await reader.commit([{ partition: 0, offset: 100 }]);
  const snapshot = await log.snapshot?.();
  await log.append('documents.raw', records(500, 12_000), { cursors: [{ name: 'feed', value: 'later' }] });
  await log.append('documents.scored', records(0, 10), { cursors: [{ name: 'new', value: 'later' }] });
  await reader.commit([{ partition: 0, offset: 9_000 }]);
  await log.trim();

  const path = join(folder.path, 'copy');
  await snapshot?.copyTo(path);
  snapshot?.release();
  expect((await readdir(path)).sort()).toEqual(['format', 'log.mdb']);
  const copy = await openLmdbLog({ path, clock: systemClock });
  try {
    expect(await copy.endPositions('documents.raw')).toEqual([{ partition: 0, offset: 500 }]);
    expect(await copy.endPositions('documents.scored')).toEqual([{ partition: 0, offset: 0 }]);
    expect(await copy.committedPositions('documents.raw', 'understand')).toEqual([
      { partition: 0, offset: 100 },
    ]);
    expect(await copy.readCursor('feed')).toBe('then');
    expect(await copy.readCursor('new')).toBeNull();
    expect(await textsOf(copy, 'checker')).toEqual(records(0, 500).map(({ value }) => value.toString()));
    expect(await copy.append('documents.raw', records(500, 1))).toEqual([{ partition: 0, offset: 500 }]);
  } finally {
    await copy.close();
  }
});

it('trims again when the snapshot is released', async () => {
  await log.append('documents.raw', records(0, 50));
  const reader = await log.openReader('documents.raw', 'understand');
  await reader.commit([{ partition: 0, offset: 50 }]);
  const snapshot = await log.snapshot?.();
  await log.trim();
  expect(await textsOf(log, 'during')).toHaveLength(50);
  snapshot?.release();
  snapshot?.release();
  const during = await log.openReader('documents.raw', 'during');
  await during.commit([{ partition: 0, offset: 50 }]);
  await log.trim();
  expect(await textsOf(log, 'after')).toHaveLength(0);
});

it.each([0, 1, 2, 3, 5, 8])(
  'stops a trim that is under way (%i turns old), so that the copy holds every record that it claims',
  async (turns) => {
    await log.append('documents.raw', records(0, 5_000));
    const reader = await log.openReader('documents.raw', 'understand');
    await reader.commit([{ partition: 0, offset: 5_000 }]);
    const trimming = log.trim();
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const snapshot = await log.snapshot?.();
    await trimming;
    const path = join(folder.path, 'copy');
    await snapshot?.copyTo(path);
    snapshot?.release();
    const copy = await openLmdbLog({ path, clock: systemClock, retention: { maxAgeMs: 0, maxBytes: 0 } });
    try {
      const left = await textsOf(copy, 'checker');
      expect(left.length).toBeGreaterThan(0);
      expect(left).toEqual(records(5_000 - left.length, left.length).map(({ value }) => value.toString()));
      const checker = await copy.openReader('documents.raw', 'checker');
      await checker.commit([{ partition: 0, offset: 5_000 }]);
      await copy.trim();
      expect(await textsOf(copy, 'after')).toEqual([]);
    } finally {
      await copy.close();
    }
  },
);
