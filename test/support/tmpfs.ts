import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHUNK = Buffer.alloc(1 << 20, 1);

/** A small disk of its own, which can be filled to the last byte. */
export interface SmallDisk {
  readonly path: string;
  /** Takes whatever is free; may be called again and again. */
  fill(): void;
  free(): void;
  remove(): Promise<void>;
}

/**
 * Whether this user may mount one; a test without it has to be skipped, with words, and may not be under CI.
 * Mounting is tried, because containers refuse it to root as well.
 */
export async function canMount(): Promise<boolean> {
  try {
    await (await mountSmallDisk(1)).remove();
    return true;
  } catch (error) {
    console.info(`Tests of full disks are skipped: ${String(error)}`);
    return process.env['CI'] === 'true';
  }
}

export async function mountSmallDisk(mebibytes: number, at?: string): Promise<SmallDisk> {
  const path = at ?? (await mkdtemp(join(tmpdir(), 'bellwether-disk-')));
  await mkdir(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path], { stdio: 'pipe' });
  const ballast = join(path, 'ballast');
  return {
    path,
    fill() {
      const file = openSync(ballast, 'a');
      try {
        for (let step = CHUNK.length; step > 0; step >>= 4) writeUntilFull(file, CHUNK.subarray(0, step));
      } finally {
        closeSync(file);
      }
    },
    free: () => {
      rmSync(ballast, { force: true });
    },
    async remove() {
      execFileSync('umount', [path]);
      await rm(path, { recursive: true, force: true });
    },
  };
}

function writeUntilFull(file: number, chunk: Uint8Array): void {
  try {
    for (;;) writeSync(file, chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
