import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files below the folder that hold one of the texts as they are in UTF-8, with the text. Compressed columns hide what they hold. */
export async function bytesIn(folder: string, texts: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  const entries = await listAll(folder);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    // A part that a merge has just replaced is gone by now, and with it what it held.
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    for (const text of texts) if (bytes.includes(text)) found.push(`${file}: ${text}`);
  }
  return found;
}

/** A part that gets its name while the folders are read makes the reading fail; it stands under its new name then, so all is read anew. */
async function listAll(folder: string, attempts = 50): Promise<Dirent[]> {
  try {
    return await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    const moved = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!moved || attempts === 1) throw error;
    return listAll(folder, attempts - 1);
  }
}
