import { createHash } from 'node:crypto';
import { mkdir, open, readdir, statfs, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { BellwetherError, CancelledError, ConfigError } from '../../core/errors.js';

const LANES = 8;
/** How much is read before others get their turn. */
const CHUNK_BYTES = 1 << 20;
/** Left free beside what is written, so that the service itself can go on. */
const MARGIN_BYTES = 128 * 2 ** 20;

export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

/** Copies one file for its owner only, on disk when it resolves, and says what was copied. */
export async function copyDurably(from: string, to: string, signal: AbortSignal): Promise<Digest> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const target = await open(to, 'wx', 0o600);
  try {
    const digest = await readThrough(from, signal, (bytes) => writeAll(target, bytes));
    await target.sync();
    return digest;
  } finally {
    await target.close();
  }
}

/** Runs the work on every item, several at a time, as each waits for the disk. After a failure nothing is begun, and nothing is under way when it rejects. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items].reverse();
  const lane = async () => {
    try {
      for (let item = rest.pop(); item !== undefined; item = rest.pop()) await work(item);
    } catch (error) {
      rest.length = 0;
      throw error;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane));
  for (const each of lanes) if (each.status === 'rejected') throw each.reason;
}

export function digestOf(file: string, signal: AbortSignal): Promise<Digest> {
  return readThrough(file, signal, () => Promise.resolve());
}

/** Makes the names in a folder durable, and those in all folders below it. */
export async function syncFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await syncFolders(join(folder, entry.name));
  await syncFolder(folder);
}

export async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** Throws ConfigError `no_room` unless the disk of the folder takes so many bytes with a margin. */
export async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes + MARGIN_BYTES) return;
  const mib = (value: number) => `${Math.ceil(value / 2 ** 20)} MiB`;
  throw new ConfigError(
    'no_room',
    `${folder} has ${mib(free)} free, ${mib(bytes + MARGIN_BYTES)} are needed. Nothing was written; make room or choose another disk.`,
  );
}

/** What the system says about a file, as an error with the words before it; others as they are. */
export function toFileError(error: unknown, sentence: string): unknown {
  if (error instanceof BellwetherError || !(error instanceof Error) || !('syscall' in error)) return error;
  return new BellwetherError('file_failed', `${sentence}: ${error.message}.`, { cause: error });
}

async function readThrough(
  file: string,
  signal: AbortSignal,
  each: (bytes: Uint8Array) => Promise<void>,
): Promise<Digest> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const source = await open(file, 'r');
  let total = 0;
  try {
    for (;;) {
      if (signal.aborted)
        throw new CancelledError('cancelled', 'The copy was called off; nothing is left of it.');
      const { bytesRead } = await source.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return { bytes: total, sha256: hash.digest('hex') };
      const bytes = buffer.subarray(0, bytesRead);
      hash.update(bytes);
      total += bytesRead;
      await each(bytes);
    }
  } finally {
    await source.close();
  }
}

async function writeAll(target: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await target.write(bytes, at)).bytesWritten;
}
