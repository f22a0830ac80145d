import { copyFile, mkdir, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../pipeline/core/clock.js';
import type { DurableLog, LogReader, LogRecord } from '../../pipeline/core/log.js';
import { openLmdbLog, type LmdbLogOptions } from '../../pipeline/log/lmdb-log.js';

const TOPIC = 'documents.raw';
const NOW = { maxMessages: 10_000, maxBytes: 1e9, waitMs: 0 };
const DAY_MS = 86_400_000;

let folder: string;
let log: DurableLog | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-lmdb-'));
});
afterEach(async () => {
  await log?.close();
  log = null;
  await rm(folder, { recursive: true, force: true });
});

async function openLog(options: Partial<LmdbLogOptions> = {}): Promise<DurableLog> {
  log = await openLmdbLog({ path: join(folder, 'log'), clock: systemClock, ...options });
  return log;
}

async function closeLog(): Promise<void> {
  await log?.close();
  log = null;
}

function batch(count: number, size = 500): LogRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `k${index}`,
    value: Buffer.alloc(size, index % 256),
  }));
}

async function readAll(reader: LogReader): Promise<number[]> {
  const offsets: number[] = [];
  for (;;) {
    const messages = await reader.pull(NOW);
    if (messages.length === 0) return offsets;
    offsets.push(...messages.map((message) => message.offset));
  }
}

/** Where somebody new would start. */
const oldest = async () => (await log?.committedPositions(TOPIC, 'nobody'))?.[0]?.offset;

const end = async (topic = TOPIC) => (await log?.endPositions(topic))?.[0]?.offset;

describe('retention', () => {
  let nowMs = Date.parse('2026-03-02T09:00:00Z');
  const clock: Clock = { ...systemClock, now: () => nowMs };

  it('deletes only what is old and committed by every group, and keeps the offsets', async () => {
    const opened = await openLog({ clock });
    await opened.append(TOPIC, batch(1_200));
    const fast = await opened.openReader(TOPIC, 'fast');
    const slow = await opened.openReader(TOPIC, 'slow');
    await fast.commit([{ partition: 0, offset: 1_200 }]);
    await slow.commit([{ partition: 0, offset: 700 }]);
    await slow.close();
    await opened.trim();
    expect(await oldest()).toBe(0); // All is young.

    nowMs += 8 * DAY_MS;
    await opened.trim();
    expect(await oldest()).toBe(700);
    expect((await readAll(await opened.openReader(TOPIC, 'slow'))).at(0)).toBe(700);
  });

  it('goes on counting after everything was deleted', async () => {
    const opened = await openLog({ clock });
    await opened.append(TOPIC, batch(1_200));
    const reader = await opened.openReader(TOPIC, 'only');
    await reader.commit([{ partition: 0, offset: 1_000 }]);
    nowMs += 8 * DAY_MS;
    await opened.trim();
    expect(await oldest()).toBe(1_000);
    await reader.commit([{ partition: 0, offset: 1_200 }]);
    await closeLog();

    const again = await openLog({ clock });
    await again.trim();
    expect(await oldest()).toBe(1_200);
    expect(await end()).toBe(1_200);
    await closeLog();

    const third = await openLog({ clock });
    expect(await third.append(TOPIC, batch(2))).toEqual([
      { partition: 0, offset: 1_200 },
      { partition: 0, offset: 1_201 },
    ]);
    expect(await readAll(await third.openReader(TOPIC, 'only'))).toEqual([1_200, 1_201]);
  });

  it('keeps young records within its bytes, whichever topic they are of', async () => {
    const opened = await openLog({ clock, retention: { maxAgeMs: 7 * DAY_MS, maxBytes: 300_000 } });
    for (const topic of [TOPIC, 'documents.scored']) {
      await opened.append(topic, batch(600));
      const reader = await opened.openReader(topic, 'only');
      await reader.commit([{ partition: 0, offset: 600 }]);
    }
    await opened.trim();
    for (const topic of [TOPIC, 'documents.scored']) {
      const left = await readAll(await opened.openReader(topic, 'late'));
      expect(left.length).toBeGreaterThan(250);
      expect(left.length).toBeLessThan(300);
      expect(left.at(-1)).toBe(599);
    }
  });

  it('keeps what nobody has ever read', async () => {
    const opened = await openLog({ clock, retention: { maxAgeMs: 0, maxBytes: 0 } });
    await opened.append(TOPIC, batch(10));
    nowMs += 30 * DAY_MS;
    await opened.trim();
    expect(await readAll(await opened.openReader(TOPIC, 'first'))).toHaveLength(10);
  });
});

describe('no room', () => {
  it('refuses an append with a retriable log_full and stores nothing of it', async () => {
    const opened = await openLog({ maxBytes: 100_000 });
    await opened.append(TOPIC, batch(100));
    const reader = await opened.openReader(TOPIC, 'group');
    const cursors = [{ name: 'feed', value: 'moved' }];
    await expect(opened.append(TOPIC, batch(100), { cursors })).rejects.toMatchObject({
      code: 'log_full',
      retriable: true,
    });
    expect(await end()).toBe(100);
    expect(await opened.readCursor('feed')).toBeNull();
    await reader.commit([{ partition: 0, offset: 100 }]); // Readers go on.
    expect(await opened.append(TOPIC, batch(1))).toEqual([{ partition: 0, offset: 100 }]);
  });

  it('lets small appends through that were queued beside one that is too large', async () => {
    const opened = await openLog({ maxBytes: 100_000 });
    const results = await Promise.allSettled([
      opened.append(TOPIC, batch(10)),
      opened.append(TOPIC, batch(500)),
      opened.append(TOPIC, batch(10)),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await readAll(await opened.openReader(TOPIC, 'group'))).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
  });

  it('stops before the disk is full', async () => {
    const opened = await openLog({ minFreeBytes: 1e15 });
    await expect(opened.append(TOPIC, batch(1))).rejects.toThrow(/no room .* Free disk space/);
    await opened.openReader(TOPIC, 'group');
  });
});

describe('a damaged log', () => {
  async function makeLog(): Promise<string> {
    const opened = await openLog();
    for (let round = 0; round < 10; round += 1) await opened.append(TOPIC, batch(200, 700));
    await closeLog();
    return join(folder, 'log', 'log.mdb');
  }

  async function expectDamaged(work: () => Promise<unknown>, file: string): Promise<void> {
    const failure = await work().then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'log_damaged', retriable: false });
    expect(String(failure)).toContain(file);
    expect(String(failure)).toContain('backup');
  }

  it.each<[string, (file: string) => Promise<void>]>([
    ['is text', (file) => writeFile(file, 'hello\n')],
    ['is noise', (file) => writeFile(file, Buffer.alloc(20_000, 0xa7))],
    ['is missing', (file) => rm(file)],
    ['is empty', (file) => truncate(file, 0)],
    ['was cut within its header', (file) => truncate(file, 5_000)],
    ['was cut in the middle', async (file) => truncate(file, Math.floor((await stat(file)).size / 2))],
    ['lost its last tenth', async (file) => truncate(file, Math.floor((await stat(file)).size * 0.9))],
  ])('that %s is refused at opening, with the file named', async (_what, damage) => {
    const file = await makeLog();
    await damage(file);
    await expectDamaged(() => openLog(), file);
  });

  it('with changed bytes in a record is noticed when the record is read, and nothing is skipped', async () => {
    const file = await makeLog();
    const bytes = await readFile(file);
    const at = bytes.indexOf(Buffer.alloc(700, 42));
    const handle = await open(file, 'r+');
    await handle.write(Buffer.from([7]), 0, 1, at + 100);
    await handle.close();
    const opened = await openLog();
    const reader = await opened.openReader(TOPIC, 'group');
    await expectDamaged(() => readAll(reader), file);
  });

  it('that only lacks unused pages at its end is read in full and served', async () => {
    const file = await makeLog();
    const size = (await stat(file)).size;
    // The header of a sound log, made to name one page more than there is.
    const handle = await open(file, 'r+');
    for (const headerAt of [0, 4_096]) {
      const lastPage = Buffer.alloc(8);
      await handle.read(lastPage, 0, 8, headerAt + 144);
      lastPage.writeBigUInt64LE(BigInt(size / 4_096));
      await handle.write(lastPage, 0, 8, headerAt + 144);
    }
    await handle.close();
    const opened = await openLog();
    expect(await readAll(await opened.openReader(TOPIC, 'group'))).toHaveLength(2_000);
  });

  it('of a newer format is refused in words', async () => {
    await makeLog();
    await writeFile(join(folder, 'log', 'format'), '2\n');
    await expect(openLog()).rejects.toMatchObject({ code: 'log_format_newer' });
  });

  it('that was never finished is begun anew', async () => {
    await mkdir(join(folder, 'log'));
    await writeFile(join(folder, 'log', 'log.mdb'), '');
    const opened = await openLog();
    expect(await opened.append(TOPIC, batch(1))).toHaveLength(1);
  });

  it('is not touched by a copy of it that is read elsewhere', async () => {
    const file = await makeLog();
    await mkdir(join(folder, 'copy'));
    await copyFile(file, join(folder, 'copy', 'log.mdb'));
    const opened = await openLog({ path: join(folder, 'copy') });
    expect(await end()).toBe(2_000);
    await opened.append(TOPIC, batch(1));
    expect(await end()).toBe(2_001);
  });
});

it('does not hold the event loop while it reads much', async () => {
  const opened = await openLog();
  for (let round = 0; round < 20; round += 1) await opened.append(TOPIC, batch(500));
  const reader = await opened.openReader(TOPIC, 'group');
  let turns = 0;
  let reading = true;
  const count = () => {
    turns += 1;
    if (reading) setImmediate(count);
  };
  setImmediate(count);
  expect(await reader.pull(NOW)).toHaveLength(10_000);
  reading = false;
  expect(turns).toBeGreaterThan(20);
});
