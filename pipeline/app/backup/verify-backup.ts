import { readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { ConfigError } from '../../core/errors.js';
import { MIGRATIONS } from '../../storage/migrate.js';
import { version } from '../version.js';
import { digestOf } from './durable-files.js';
import { damaged, MANIFEST, parseManifest, type Manifest } from './manifest.js';

/**
 * Reads every byte of a backup and compares it with the manifest.
 *
 * Throws ConfigError `no_backup` or `backup_newer`, and `backup_damaged` with the first file that is not as it was.
 */
export async function verifyBackup(folder: string, signal: AbortSignal): Promise<Manifest> {
  const manifest = await readManifest(folder);
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = join(folder, path);
    const found = await sizeOf(file);
    if (found === null) throw damaged(folder, `${path} is missing`);
    if (found !== bytes) throw damaged(folder, `${path} has ${found} bytes instead of ${bytes}`);
    if ((await digestOf(file, signal)).sha256 !== sha256)
      throw damaged(folder, `${path} is not what was written`);
  }
  for (const { path, target } of manifest.links) {
    const found = await readlink(join(folder, path)).catch(() => null);
    if (found !== target) throw damaged(folder, `${path} does not point to ${target}`);
  }
  return manifest;
}

async function readManifest(folder: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST), 'utf8');
  } catch (cause) {
    throw new ConfigError(
      'no_backup',
      `${folder} holds no finished backup: there is no ${MANIFEST} in it. Name the folder that "bellwether backup" has made.`,
      { cause },
    );
  }
  const schemaVersion = Math.max(...MIGRATIONS.map((migration) => migration.version));
  return parseManifest(text, folder, { release: version(), schemaVersion });
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : null;
  } catch {
    return null;
  }
}
