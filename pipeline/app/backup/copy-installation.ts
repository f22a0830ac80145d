import { mkdir, readdir, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';

import { ConfigError } from '../../core/errors.js';
import { failpoint } from '../../core/failpoint.js';
import type { LogSnapshot } from '../../core/log.js';
import type { ImageEntry, StoreImage } from '../../storage/freeze-store.js';
import { listOwnFiles } from '../data-folder.js';
import type { Parts } from '../parts.js';
import { copyDurably, digestOf, eachOf, requireRoom } from './durable-files.js';
import { DATA, type BackupFile, type BackupLink } from './manifest.js';

export interface CopiedInstallation {
  readonly files: readonly BackupFile[];
  readonly links: readonly BackupLink[];
  /** How long writes to the store waited. */
  readonly heldMs: number;
}

/** One moment of an installation. Its files stay as they are until `release`. */
interface Moment {
  readonly snapshot: LogSnapshot;
  readonly image: StoreImage;
  /** What is neither log nor store: mails, and the data folder's own files. */
  readonly others: readonly string[];
  readonly heldMs: number;
  release(): Promise<void>;
}

/** Copies the installation as it is at one moment into the folder `data` of the draft. Throws ConfigError `no_room` before anything is copied. */
export async function copyInstallation(
  draft: string,
  parts: Parts,
  signal: AbortSignal,
): Promise<CopiedInstallation> {
  const moment = await takeMoment(parts);
  try {
    await requireRoom(draft, await sizeOf(moment));
    const logFolder = join(draft, DATA, basename(parts.folder.log));
    await moment.snapshot.copyTo(logFolder);
    failpoint('during_backup');
    const files = await listCopied(draft, logFolder, signal);
    const copy = async (from: string, to: string) => {
      files.push({ path: relative(draft, to), ...(await copyDurably(from, to, signal)) });
    };
    await eachOf(moment.others, (from) => copy(from, join(draft, DATA, relative(parts.folder.path, from))));
    const links: BackupLink[] = [];
    await eachOf(moment.image.entries, async (entry) => {
      const to = join(draft, DATA, basename(parts.folder.store), entry.path);
      if ('link' in entry) links.push(await copyLink(draft, to, entry.link));
      else await copy(entry.from, to);
    });
    return { files, links, heldMs: moment.heldMs };
  } finally {
    await moment.release();
  }
}

/**
 * No write to the store is under way, every table is frozen, and the state of the log is noted: what `kill -9` would leave
 * now. The log goes on taking documents; those belong to the time after. Mails are listed last: one more than the store
 * knows of is told by its name, one fewer would be lost.
 */
async function takeMoment({ folder, log, store }: Parts): Promise<Moment> {
  const own = await listOwnFiles(folder.path);
  const snapshots: LogSnapshot[] = [];
  const release = () => {
    for (const snapshot of snapshots) snapshot.release();
  };
  try {
    const frozen = await store.freeze?.(async () => {
      const snapshot = await log.snapshot?.();
      if (snapshot !== undefined) snapshots.push(snapshot);
      return listMails(folder.outbox);
    });
    const [snapshot] = snapshots;
    if (frozen === undefined || snapshot === undefined)
      throw new ConfigError('backup_elsewhere', 'Log or store are not in the data folder.');
    const { image, then: mails, heldMs } = frozen;
    return {
      snapshot,
      image,
      others: [...own, ...mails],
      heldMs,
      release: async () => {
        release();
        await image.release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** Whole mails only: one that is being written has another name. */
async function listMails(outbox: string): Promise<readonly string[]> {
  const made = await stat(outbox).catch(() => null);
  const names = made === null ? [] : await readdir(outbox);
  return names.filter((name) => !name.endsWith('.part')).map((name) => join(outbox, name));
}

async function sizeOf({ snapshot, image, others }: Moment): Promise<number> {
  let bytes = await snapshot.sizeBytes();
  for (const file of [...others, ...image.entries.flatMap(sourceOf)]) bytes += (await stat(file)).size;
  return bytes;
}

function sourceOf(entry: ImageEntry): readonly string[] {
  return 'from' in entry ? [entry.from] : [];
}

/** The log writes its own copy; what stands there is read once more for the manifest. */
async function listCopied(draft: string, folder: string, signal: AbortSignal): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const file = join(folder, name);
    files.push({ path: relative(draft, file), ...(await digestOf(file, signal)) });
  }
  return files;
}

async function copyLink(draft: string, to: string, target: string): Promise<BackupLink> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await symlink(target, to);
  return { path: relative(draft, to), target };
}
