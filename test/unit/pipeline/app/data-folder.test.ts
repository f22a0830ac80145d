import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  listOwnFiles,
  openDataFolder,
  peekDataFolder,
  type DataFolder,
} from '../../../../pipeline/app/data-folder.js';
import { systemClock } from '../../../../pipeline/core/clock.js';
import type { World } from '../../../../pipeline/core/document.js';
import { ConfigError } from '../../../../pipeline/core/errors.js';

const clock = { ...systemClock, now: () => Date.parse('2026-03-02T09:00:00Z') };

let base: string;
let path: string;
const opened: DataFolder[] = [];
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'bellwether-data-'));
  path = join(base, 'data');
});
afterEach(async () => {
  for (const folder of opened.splice(0)) await folder.release();
  await rm(base, { recursive: true, force: true });
});

async function take(world: World | null, folder = path): Promise<DataFolder> {
  const taken = await openDataFolder({ path: folder, world, clock });
  opened.push(taken);
  return taken;
}

async function refusal(world: World | null, folder = path): Promise<ConfigError> {
  const error: unknown = await take(world, folder).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return error as ConfigError;
}

describe('a new data folder', () => {
  it.skipIf(process.platform !== 'linux')('is refused where no folder can be made', async () => {
    const { code, message } = await refusal('demo', '/proc/bellwether/data');
    expect(code).toBe('data_folder_unusable');
    expect(message).toMatch(/\/proc\/bellwether.*--data/);
  });

  it('is created for its owner only, with the world it will hold', async () => {
    const folder = await take('demo', join(path, 'deep', 'down'));
    expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
    expect(JSON.parse(await readFile(join(folder.path, 'world.json'), 'utf8'))).toEqual({
      world: 'demo',
      formatVersion: 1,
      createdAt: '2026-03-02T09:00:00.000Z',
    });
    expect((await readdir(folder.path)).sort()).toEqual(['lock', 'world.json']);
  });

  it('holds no world when none was asked for, and takes the first one later', async () => {
    const folder = await take(null);
    expect(folder.world).toBeNull();
    await folder.release();
    expect((await take('live')).world).toBe('live');
  });

  it('has its parts inside, and a short socket path when its own is long', async () => {
    const near = await take('demo');
    expect([near.log, near.store, near.outbox, near.socket]).toEqual(
      ['log', 'store', 'outbox', 'socket'].map((name) => join(path, name)),
    );
    const far = await take('demo', join(base, 'x'.repeat(120)));
    expect(Buffer.byteLength(far.socket)).toBeLessThanOrEqual(100);
    expect(far.socket.startsWith(tmpdir())).toBe(true);
  });
});

describe('the world of a data folder', () => {
  it('is kept: the same or any world is accepted, another one is refused in words', async () => {
    await (await take('replay')).release();
    expect((await take(null)).world).toBe('replay');
    await opened.pop()?.release();
    const error = await refusal('live');
    expect(error.code).toBe('world_mismatch');
    expect(error.message).toMatch(/holds the replay world and cannot take live data.*--data/);
    expect((await take('replay')).world).toBe('replay'); // The refusal left no lock behind.
  });

  it.each([
    ['cut by a crash of something else', '{"world":"de', 'data_folder_damaged'],
    ['of an unknown world', '{"world":"mars","formatVersion":1}', 'data_folder_damaged'],
    ['without a format', '{"world":"demo"}', 'data_folder_damaged'],
    ['of a newer format', '{"world":"demo","formatVersion":9}', 'data_folder_newer'],
    ['nothing but null', 'null', 'data_folder_damaged'],
  ])('is refused when its file is %s', async (_what, text, code) => {
    await mkdir(path);
    await writeFile(join(path, 'world.json'), text);
    expect((await refusal('demo')).code).toBe(code);
  });
});

describe('the lock of a data folder', () => {
  it('lets one service in and names it to the second', async () => {
    const first = await take('demo');
    const error = await refusal('demo');
    expect(error.code).toBe('data_folder_in_use');
    expect(error.message).toContain(String(process.pid));
    expect(error.message).toContain(path);
    await first.release();
    await take('demo');
  });

  it('lets exactly one of many in that come at once', async () => {
    await mkdir(path);
    await writeFile(join(path, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, startTicks: 1 }));
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => take('demo')));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect((await readdir(path)).sort()).toEqual(['lock', 'world.json']);
  });

  it('is taken over at once from a process that was killed', async () => {
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    const text = await readFile(`/proc/${String(other.pid)}/stat`, 'latin1');
    const startTicks = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
    await mkdir(path);
    await writeFile(join(path, 'lock'), JSON.stringify({ pid: other.pid, startTicks }));
    expect((await refusal('demo')).code).toBe('data_folder_in_use');
    expect(await peekDataFolder(path)).toEqual({ world: null, heldBy: other.pid });

    other.kill('SIGKILL');
    await once(other, 'exit');
    await take('demo');
  });

  it.each([
    ['of an earlier process with our pid', JSON.stringify({ pid: process.pid, startTicks: 1 })],
    ['that a power cut left empty', ''],
    ['that holds nonsense', '{"pid":-1}'],
  ])('is taken over when it is one %s', async (_what, text) => {
    await mkdir(path);
    await writeFile(join(path, 'lock'), text);
    await take('demo');
    expect((await peekDataFolder(path)).heldBy).toBe(process.pid);
  });
});

describe('a data folder that cannot be used', () => {
  it('is refused when the path is a file', async () => {
    await writeFile(path, '');
    const error = await refusal('demo');
    expect(error.code).toBe('data_folder_unusable');
    expect(error.message).toContain(path);
  });

  it.skipIf(process.getuid?.() === 0)('is refused when this user may not write it', async () => {
    await mkdir(path);
    await chmod(path, 0o500);
    expect((await refusal('demo')).code).toBe('data_folder_unusable');
    await chmod(path, 0o700);
  });

  it('is refused when something above it is a file', async () => {
    await writeFile(path, '');
    expect((await refusal('demo', join(path, 'below'))).code).toBe('data_folder_unusable');
  });
});

describe('peeking', () => {
  it('tells what a folder holds and who holds it, without taking it', async () => {
    expect(await peekDataFolder(path)).toEqual({ world: null, heldBy: null });
    const folder = await take('demo');
    expect(await peekDataFolder(path)).toEqual({ world: 'demo', heldBy: process.pid });
    await folder.release();
    expect(await peekDataFolder(path)).toEqual({ world: 'demo', heldBy: null });
  });
});

it('names what a backup must hold beside log, store and outbox: its files and the models trained here, nothing half written', async () => {
  await take('live');
  const candidate = join(path, 'models', 'candidates', 'ngram-0123456789ab');
  const draft = join(path, 'models', 'candidates', 'Draft-abcdef');
  for (const folder of [candidate, draft]) await mkdir(folder, { recursive: true });
  const kept = [join(path, 'models', 'approved.json'), join(candidate, 'candidate.json')];
  for (const file of [...kept, join(draft, 'candidate.json'), join(path, 'models', 'approved.json.new')])
    await writeFile(file, '{}');
  expect([...(await listOwnFiles(path))].sort()).toEqual([...kept, join(path, 'world.json')].sort());
});
