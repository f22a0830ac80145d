import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { UnavailableError } from '../../../pipeline/core/errors.js';
import type { FilePath } from './open-file.js';

export interface FoundFile extends FilePath {
  readonly size: number;
  readonly modifiedMs: number;
  /** When content, name or place changed last, nanoseconds; nobody can set it. */
  readonly changedNs: bigint;
}

const MAX_FILES = 50_000;
const STATS_AT_ONCE = 32;

/**
 * The files of a path, by name: the file itself, those of a folder whose names `fits` wants, or those of one folder that fit a name with `*`
 * and `?`. Links in a folder are passed over, as whoever may write there could point anywhere. Throws UnavailableError (retriable) when the
 * path cannot be read, or holds more than 50,000 files.
 */
export async function findFiles(
  path: string,
  fits: (name: string) => boolean,
): Promise<readonly FoundFile[]> {
  try {
    if (/[*?]/.test(basename(path))) {
      const pattern = globOf(basename(path));
      return await filesIn(dirname(path), (name) => pattern.test(name));
    }
    const info = await stat(path, { bigint: true });
    if (info.isDirectory()) return await filesIn(path, fits);
    return [found({ path, named: true }, info)];
  } catch (cause) {
    if (cause instanceof UnavailableError) throw cause;
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new UnavailableError('files_unreadable', `${path} cannot be read (${words}).`, {
      cause,
      retriable: true,
    });
  }
}

async function filesIn(folder: string, fits: (name: string) => boolean): Promise<readonly FoundFile[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.') && fits(name)).sort();
  if (names.length > MAX_FILES) {
    const words = `${folder} holds more than ${MAX_FILES} files. Move those that were taken into another folder.`;
    throw new UnavailableError('too_many_files', words, { retriable: true });
  }
  const files: FoundFile[] = [];
  for (let at = 0; at < names.length; at += STATS_AT_ONCE) {
    const some = names.slice(at, at + STATS_AT_ONCE).map((name) => join(folder, name));
    files.push(...(await Promise.all(some.map(regularFile))).filter((file) => file !== null));
  }
  return files;
}

/** Null for what is no file, and for one that was moved away meanwhile. */
async function regularFile(path: string): Promise<FoundFile | null> {
  try {
    const info = await lstat(path, { bigint: true });
    return info.isFile() ? found({ path, named: false }, info) : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function found(file: FilePath, info: { size: bigint; mtimeMs: bigint; ctimeNs: bigint }): FoundFile {
  return { ...file, size: Number(info.size), modifiedMs: Number(info.mtimeMs), changedNs: info.ctimeNs };
}

/** Runs of `*` count as one, so that no name makes the pattern slow. */
function globOf(pattern: string): RegExp {
  const parts = pattern
    .replace(/\*+/g, '*')
    .split(/([*?])/)
    .map((part) =>
      part === '*' ? '[^/]*?' : part === '?' ? '[^/]' : part.replace(/[\\^$.|+()[\]{}]/g, '\\$&'),
    );
  return new RegExp(`^${parts.join('')}$`, 'u');
}
