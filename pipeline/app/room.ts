import { stat, statfs } from 'node:fs/promises';

import { MIN_FREE_BYTES } from '../log/lmdb-log.js';

const MIB = 2 ** 20;

/**
 * What there is no room for, one sentence for each disk that has less free than the log leaves for the store, commits and
 * clean-up; empty when all is well. Folders that are not there, and file systems that do not say what is free, are left out.
 */
export async function findNoRoom(folders: readonly string[]): Promise<readonly string[]> {
  const reasons = new Map<number, string>();
  for (const folder of folders) {
    const disk = await diskOf(folder);
    if (disk === null || disk.freeBytes >= MIN_FREE_BYTES || reasons.has(disk.device)) continue;
    reasons.set(
      disk.device,
      `The disk of ${folder} has ${Math.floor(disk.freeBytes / MIB)} MiB left, at least ${MIN_FREE_BYTES / MIB} are needed: ` +
        'documents are refused or wait, none is lost. Make room; it goes on by itself.',
    );
  }
  return [...reasons.values()];
}

async function diskOf(folder: string): Promise<{ device: number; freeBytes: number } | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    const { dev } = await stat(folder);
    return { device: dev, freeBytes: bavail * bsize };
  } catch {
    return null;
  }
}
