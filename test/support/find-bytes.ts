import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files below the folder that hold one of the texts as they are in UTF-8, with the text. Compressed columns hide what they hold. */
export async function bytesIn(folder: string, texts: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    // A part that a merge has just replaced is gone by now, and with it what it held.
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    for (const text of texts) if (bytes.includes(text)) found.push(`${file}: ${text}`);
  }
  return found;
}
