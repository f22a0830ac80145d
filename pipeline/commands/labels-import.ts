import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

import { parseLabelLine, type ImportedLabel } from '../../models/labelling/parse-label-line.js';
import { addLabelsOperation, MOST_LABELS_A_REQUEST } from '../app/operations/labels.js';
import { BellwetherError, ConfigError, InvalidDocumentError } from '../core/errors.js';
import { textOption } from './arguments.js';
import type { Command } from './command.js';
import { PERSON_OPTION } from './labels-options.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { withOperations } from './run-operation.js';
import { findInstallation } from './with-installation.js';

/** Problems that are told one by one; of the others the number. */
const TOLD = 20;

export const labelsImportCommand: Command = {
  name: 'labels import',
  summary:
    'Takes labels from a file, one JSON object a line: documentId, sentiment or companies, author, at, guideline. A wrong line is told and left out; the others are kept. Twice is as once.',
  usage: 'FILE.jsonl [--as WHO] [--data DIR]',
  options: { ...CONFIG_OPTIONS, ...PERSON_OPTION },
  examples: [
    `echo '{"documentId":"0f3a5c7e9b1d2f4a6c8e0b1d3f5a7ce1","sentiment":"negative","companies":{"BA.XNYS":"neutral"}}' > labelled.jsonl`,
    'bellwether labels queue --size 200 --json --data data/live > tasks.jsonl',
    'bellwether labels import labelled.jsonl --as ann --data data/live',
  ],
  async run(args, io) {
    const [file, ...more] = args.positionals;
    if (file === undefined || more.length > 0)
      throw new ConfigError('usage', 'labels import takes one FILE.jsonl.');
    const { labels, problems } = await readLabels(resolve(io.cwd, file), textOption(args, 'as'));
    const unknown: string[] = [];
    let stored = 0;
    if (labels.length > 0) {
      await withOperations(await findInstallation(args, io), io, async (ask) => {
        for (let first = 0; first < labels.length; first += MOST_LABELS_A_REQUEST) {
          const some = labels.slice(first, first + MOST_LABELS_A_REQUEST);
          const result = await ask(addLabelsOperation, {
            labels: some.map((label) => ({ ...label, origin: 'import' as const })),
          });
          stored += result.stored;
          unknown.push(...result.unknown);
        }
      });
    }
    const told = [...problems, ...unknown.map((id) => `Document ${id} is not stored (in this version).`)];
    for (const problem of told.slice(0, TOLD)) io.words(problem);
    if (told.length > TOLD) io.words(`… and ${told.length - TOLD} more.`);
    io.out(`${stored} labels kept, ${problems.length} lines wrong, ${unknown.length} documents not stored\n`);
    return told.length === 0 ? 0 : 1;
  },
};

async function readLabels(
  path: string,
  author: string | null,
): Promise<{ readonly labels: readonly ImportedLabel[]; readonly problems: readonly string[] }> {
  const stream = createReadStream(path, 'utf8');
  const labels: ImportedLabel[] = [];
  const problems: string[] = [];
  let line = 0;
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
      line += 1;
      const read = text.trim() === '' ? [] : readLine(text, `${path}:${line}`, author);
      if (typeof read === 'string') problems.push(read);
      else labels.push(...read);
    }
  } catch (error) {
    if (error instanceof BellwetherError || !(error instanceof Error && 'syscall' in error)) throw error;
    throw new ConfigError(
      'labels_unreadable',
      `${path} cannot be read. Name a file of labels (JSON lines).`,
      {
        cause: error,
      },
    );
  } finally {
    stream.destroy();
  }
  return { labels, problems };
}

/** The labels, or what is wrong. */
function readLine(text: string, place: string, author: string | null): readonly ImportedLabel[] | string {
  try {
    return parseLabelLine(text, place, author);
  } catch (error) {
    if (error instanceof InvalidDocumentError) return error.message;
    throw error;
  }
}
