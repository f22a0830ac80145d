import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Clock } from '../core/clock.js';
import { WORLDS, type World } from '../core/document.js';
import { BellwetherError, ConfigError } from '../core/errors.js';
import { lockHolder, takeFolderLock } from './folder-lock.js';

const FORMAT_VERSION = 1;
export const WORLD_FILE = 'world.json';
/** Stands in a folder that a restore has not filled to the end. */
export const RESTORE_MARKER = 'restore-unfinished';
/** Of a folder below the data folder that is not ready yet. */
export const DRAFT_PREFIX = 'Draft-';
/** Unix sockets allow 108 bytes on Linux and 104 on macOS, the final NUL included. */
const MAX_SOCKET_BYTES = 100;

export interface DataFolderOptions {
  readonly path: string;
  /** The world to work in; null takes the one the folder holds. */
  readonly world: World | null;
  readonly clock: Clock;
}

/** The one place where an installation keeps its data; held by this process until released. */
export interface DataFolder {
  /** Absolute. */
  readonly path: string;
  /** Null when none was asked for and the folder holds none yet. */
  readonly world: World | null;
  readonly log: string;
  readonly store: string;
  readonly outbox: string;
  /** Where commands reach the service that holds the folder. */
  readonly socket: string;
  release(): Promise<void>;
}

/**
 * Opens the folder for this process alone, created for its owner only when missing.
 *
 * Throws ConfigError: `data_folder_in_use`, `data_folder_unusable`, `world_mismatch`, `data_folder_newer`, `data_folder_damaged`,
 * `data_folder_half_restored`.
 */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const path = resolve(options.path);
  const unlock = await lockFolder(path, options.clock);
  try {
    await requireWhole(path);
    const world = await settleWorld(path, options);
    return { ...dataPaths(path), path, world, release: unlock };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** What the folder holds and who holds it, without taking it; nulls when there is no such folder. */
export async function peekDataFolder(path: string): Promise<{ world: World | null; heldBy: number | null }> {
  const folder = resolve(path);
  const world = await readWorld(folder);
  return { world, heldBy: await lockHolder(join(folder, 'lock')) };
}

/** Where things are in a data folder, held or not. */
export function dataPaths(path: string): Pick<DataFolder, 'log' | 'store' | 'outbox' | 'socket'> {
  const folder = resolve(path);
  const near = join(folder, 'socket');
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  return {
    log: join(folder, 'log'),
    store: join(folder, 'store'),
    outbox: join(folder, 'outbox'),
    socket: Buffer.byteLength(near) <= MAX_SOCKET_BYTES ? near : join(tmpdir(), `bellwether-${hash}.sock`),
  };
}

/**
 * What an installation keeps beside log, store and outbox, absolute: its own files, and the models that were trained here; not what
 * belongs to the process that holds the folder, and nothing that is half written.
 */
export async function listOwnFiles(path: string): Promise<readonly string[]> {
  const models = join(path, 'models');
  return [...(await listFiles(path)), ...(await listTree(models))];
}

/** A folder that is not there, or goes meanwhile, holds nothing; what stands beside it does not suffer from it. */
async function listTree(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(nothingThere);
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(DRAFT_PREFIX));
  const below = await Promise.all(folders.map(({ name }) => listTree(join(folder, name))));
  return [...filesIn(folder, entries), ...below.flat()];
}

async function listFiles(folder: string): Promise<readonly string[]> {
  return filesIn(folder, await readdir(folder, { withFileTypes: true }));
}

function filesIn(folder: string, entries: readonly Dirent[]): readonly string[] {
  const passing = (name: string) => /^lock(\.|$)|\.new$/.test(name);
  return entries
    .filter((entry) => entry.isFile() && !passing(entry.name))
    .map(({ name }) => join(folder, name));
}

function nothingThere(error: unknown): Dirent[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}

async function requireWhole(path: string): Promise<void> {
  const marker = join(path, RESTORE_MARKER);
  const found = await readFile(marker, 'utf8').catch(() => null);
  if (found === null) return;
  throw new ConfigError(
    'data_folder_half_restored',
    `A restore into ${path} was cut off, so not everything is there. Run it again: bellwether restore ${found.trim()} --data ${path}`,
  );
}

async function lockFolder(path: string, clock: Clock): Promise<() => Promise<void>> {
  try {
    await makeFolder(path);
    return await takeFolderLock(join(path, 'lock'), path, clock);
  } catch (error) {
    if (error instanceof BellwetherError) throw error;
    throw new ConfigError(
      'data_folder_unusable',
      `The data folder ${path} cannot be created or written (${reasonOf(error)}). Give a folder that this user may write, with --data.`,
      { cause: error },
    );
  }
}

/** One level at a time: Node's own recursive mkdir never ends where the system denies what is there, as below /proc. */
async function makeFolder(path: string): Promise<void> {
  const there = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (there !== null) return;
  await makeFolder(dirname(path));
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    // Another process was quicker.
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
  });
}

async function settleWorld(path: string, { world, clock }: DataFolderOptions): Promise<World | null> {
  const held = await readWorld(path);
  if (held === null) {
    if (world !== null) await writeWorld(path, world, clock);
    return world;
  }
  if (world !== null && world !== held) {
    throw new ConfigError(
      'world_mismatch',
      `The data folder ${path} holds the ${held} world and cannot take ${world} data; worlds are never mixed. ` +
        `Give another folder for ${world} with --data, or move this one away.`,
    );
  }
  return held;
}

async function readWorld(path: string): Promise<World | null> {
  const file = join(path, WORLD_FILE);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged(file, error);
    if (isMissing(error)) return null;
    throw new ConfigError('data_folder_unusable', `${file} cannot be read (${reasonOf(error)}).`, {
      cause: error,
    });
  }
  const { world, formatVersion } = (value ?? {}) as { world?: unknown; formatVersion?: unknown };
  if (typeof formatVersion === 'number' && formatVersion > FORMAT_VERSION) {
    throw new ConfigError(
      'data_folder_newer',
      `The data folder ${path} has format ${formatVersion}; this version of Bellwether reads up to ${FORMAT_VERSION}. ` +
        'Use the newer version, or give another folder with --data.',
    );
  }
  const known = WORLDS.find((candidate) => candidate === world);
  if (known === undefined || formatVersion !== FORMAT_VERSION) throw damaged(file);
  return known;
}

/** Whole or not at all, also after a power cut. */
async function writeWorld(path: string, world: World, clock: Clock): Promise<void> {
  const draft = join(path, `${WORLD_FILE}.new`);
  const createdAt = new Date(clock.now()).toISOString();
  const text = `${JSON.stringify({ world, formatVersion: FORMAT_VERSION, createdAt }, null, 2)}\n`;
  await writeFile(draft, text, { mode: 0o600, flush: true });
  await rename(draft, join(path, WORLD_FILE));
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function damaged(file: string, cause?: unknown): ConfigError {
  return new ConfigError(
    'data_folder_damaged',
    `${file} is not what this service wrote, so it is unknown whose data the folder holds. Restore it from a backup, or give another folder with --data.`,
    { cause },
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
