import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';

import { BellwetherError, ConfigError } from '../../core/errors.js';
import { takeFolderLock } from '../folder-lock.js';
import type { OperationContext } from '../operations/operation.js';
import { version } from '../version.js';
import { copyInstallation } from './copy-installation.js';
import { syncFolder, syncFolders, toFileError } from './durable-files.js';
import { MANIFEST, toManifestText } from './manifest.js';
import { requireEmbedded } from './require-embedded.js';

export interface BackupRequest {
  /** Absolute; must not exist. */
  readonly target: string;
}

export interface BackupResult {
  readonly target: string;
  readonly files: number;
  readonly bytes: number;
  /** How long writes to the store waited. Documents were taken all the time. */
  readonly heldMs: number;
}

/**
 * Copies the installation as it is at one moment, while it goes on, and resolves when the copy is on disk under its name.
 *
 * The moment: no write to the store is under way, every table is frozen, and the state of the log is noted. That is what
 * `kill -9` would leave, so that the copy continues as after one: what was acknowledged is in its log, no position is
 * committed that its store does not hold, and its store knows of no document that its log does not.
 *
 * Until the end it stands in `TARGET.unfinished`, which the next backup to the same place removes.
 */
export async function makeBackup(
  { target }: BackupRequest,
  context: OperationContext,
  signal: AbortSignal,
): Promise<BackupResult> {
  const { parts, config, clock } = context;
  requireEmbedded(config, 'backup');
  await requireNewTarget(target, parts.folder.path);
  const draft = `${target}.unfinished`;
  const unlock = await lockDraft(draft, target, context);
  try {
    await emptyDraft(draft);
    const createdAt = new Date(clock.now()).toISOString();
    const { files, links, heldMs } = await copyInstallation(draft, context.parts, signal);
    const { world, store } = parts;
    const { schemaVersion } = store.identity;
    const text = toManifestText({ release: version(), schemaVersion, world, createdAt, files, links });
    await writeManifest(draft, text);
    await syncFolders(draft);
    await unlock();
    await rename(draft, target);
    await syncFolder(dirname(target));
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return { target, files: files.length, bytes, heldMs: Math.round(heldMs) };
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw toFileError(error, `The backup to ${target} failed, and nothing is left of it`);
  }
}

async function requireNewTarget(target: string, dataDir: string): Promise<void> {
  const inside = relative(dataDir, target);
  if (inside === '' || !inside.startsWith('..'))
    throw new ConfigError(
      'usage',
      `${target} is in the data folder itself. Choose a folder outside, best on another disk.`,
    );
  if (await exists(target))
    throw new ConfigError(
      'target_exists',
      `${target} exists already, and a backup replaces nothing. Choose a new name.`,
    );
  if (!(await exists(dirname(target))))
    throw new ConfigError(
      'usage',
      `There is no folder ${dirname(target)} to make ${basename(target)} in. Make it first.`,
    );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function lockDraft(draft: string, target: string, { clock }: OperationContext) {
  try {
    await mkdir(draft, { recursive: true, mode: 0o700 });
    return await takeFolderLock(join(draft, 'lock'), draft, clock);
  } catch (cause) {
    if (!(cause instanceof BellwetherError) || cause.code !== 'data_folder_in_use')
      throw toFileError(cause, `The backup to ${target} cannot be begun`);
    const words = `Another backup to ${target} is being made. Wait for it, or choose another name.`;
    throw new ConfigError('backup_running', words, { cause });
  }
}

/** What a backup that was cut off has left. */
async function emptyDraft(draft: string): Promise<void> {
  for (const name of await readdir(draft))
    if (!name.startsWith('lock')) await rm(join(draft, name), { recursive: true, force: true });
}

async function writeManifest(draft: string, text: string): Promise<void> {
  const file = await open(join(draft, MANIFEST), 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
