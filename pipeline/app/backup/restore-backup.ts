import { mkdir, open, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, posix, resolve } from 'node:path';

import type { Clock } from '../../core/clock.js';
import { ConfigError } from '../../core/errors.js';
import { failpoint } from '../../core/failpoint.js';
import { RESTORE_MARKER, WORLD_FILE } from '../data-folder.js';
import { takeFolderLock } from '../folder-lock.js';
import { copyDurably, eachOf, requireRoom, syncFolder, syncFolders, toFileError } from './durable-files.js';
import { damaged, DATA, type BackupFile, type Manifest } from './manifest.js';
import { verifyBackup } from './verify-backup.js';

export interface RestoreOptions {
  readonly source: string;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Makes a data folder out of a backup, which is read and checked whole before anything is written.
 *
 * The folder must be missing or empty; it may be the mount point of a disk, so it is filled in place. Until all is there it holds a
 * marker with which no service starts; a restore that was cut off can be repeated. Throws what `verifyBackup` throws, and
 * ConfigError `data_folder_not_empty`, `data_folder_in_use` or `no_room`.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Manifest> {
  const { source, signal } = options;
  const dataDir = resolve(options.dataDir);
  const manifest = await verifyBackup(source, signal);
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await fillLocked(dataDir, manifest, options);
  } catch (error) {
    throw toFileError(error, `The restore to ${dataDir} failed; it can be repeated`);
  }
  return manifest;
}

async function fillLocked(dataDir: string, manifest: Manifest, options: RestoreOptions): Promise<void> {
  const unlock = await takeFolderLock(join(dataDir, 'lock'), dataDir, options.clock);
  try {
    await requireEmpty(dataDir);
    await requireRoom(
      dataDir,
      manifest.files.reduce((sum, file) => sum + file.bytes, 0),
    );
    await writeMarker(dataDir, options.source);
    await fill(dataDir, manifest, options);
    await rm(join(dataDir, RESTORE_MARKER));
    await syncFolder(dataDir);
  } finally {
    await unlock();
  }
}

/** What a restore that was cut off has left may go: nobody has worked with it. */
async function requireEmpty(dataDir: string): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => name !== 'lock' && name !== 'lost+found');
  if (names.length > 0 && !names.includes(RESTORE_MARKER)) {
    throw new ConfigError(
      'data_folder_not_empty',
      `${dataDir} is not empty (${names.slice(0, 3).join(', ')}), and a restore replaces nothing. Give a new folder with --data, or move this one away.`,
    );
  }
  for (const name of names)
    if (name !== RESTORE_MARKER) await rm(join(dataDir, name), { recursive: true, force: true });
}

async function writeMarker(dataDir: string, source: string): Promise<void> {
  const marker = await open(join(dataDir, RESTORE_MARKER), 'w', 0o600);
  try {
    await marker.writeFile(`${source}\n`);
    await marker.sync();
  } finally {
    await marker.close();
  }
  await syncFolder(dataDir);
}

/** The file that makes a folder an installation comes last. */
async function fill(
  dataDir: string,
  { files, links }: Manifest,
  { source, signal }: RestoreOptions,
): Promise<void> {
  const isWorld = ({ path }: BackupFile) => path === posix.join(DATA, WORLD_FILE);
  for (const { path, target } of links) {
    const to = join(dataDir, posix.relative(DATA, path));
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await symlink(target, to);
  }
  const copy = async ({ path, sha256 }: BackupFile) => {
    const copied = await copyDurably(join(source, path), join(dataDir, posix.relative(DATA, path)), signal);
    if (copied.sha256 !== sha256) throw damaged(source, `${path} changed while it was read`);
    failpoint('during_restore');
  };
  await eachOf(
    files.filter((file) => !isWorld(file)),
    copy,
  );
  await syncFolders(dataDir);
  await eachOf(files.filter(isWorld), copy);
}
