import { readFile } from 'node:fs/promises';

import { ConfigError } from '../core/errors.js';

/**
 * The rows of files of JSON lines, blank ones left out; `parse` gets each with its `FILE:LINE`.
 *
 * Throws ConfigError `labelled_file_unreadable`, which says what the file should hold (`words`), and what `parse` throws.
 */
export async function readLabelledLines<Row>(
  files: readonly string[],
  words: string,
  parse: (line: string, place: string) => Row,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      const message = `${file} cannot be read. Name a file of ${words} (JSON lines).`;
      throw new ConfigError('labelled_file_unreadable', message, { cause });
    });
    for (const [index, line] of text.split('\n').entries())
      if (line.trim() !== '') rows.push(parse(line, `${file}:${index + 1}`));
  }
  return rows;
}
