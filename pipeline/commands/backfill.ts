import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { BackfillResult } from '../app/backfill.js';
import { backfillOperation } from '../app/operations/backfill.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { flag } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { findInstallation } from './with-installation.js';

export const backfillCommand: Command = {
  name: 'backfill',
  summary:
    'Loads recorded documents into a live world as history: known from now on, at low priority, without any alert. Replaces no document that came live and is not older. Exit code 1 when rows were rejected. Continues where it was interrupted.',
  usage: 'FILE… [--data DIR] [--json]',
  options: { ...CONFIG_OPTIONS, json: { type: 'boolean', doc: 'One line of JSON.' } },
  examples: ['bellwether backfill last-year.jsonl.gz --data data/live'],
  async run(args, io) {
    if (args.positionals.length === 0)
      throw new ConfigError(
        'usage',
        'backfill needs at least one FILE with recorded documents (JSON lines, gzip or not).',
      );
    const files = args.positionals.map((file) => resolve(io.cwd, file));
    await Promise.all(files.map(requireReadable));
    const installation = await findInstallation(args, io);
    const began = systemClock.monotonic();
    io.words(
      `Loading ${files.length} file${files.length === 1 ? '' : 's'} as history into ${installation.dataDir}.`,
    );
    const result = await runOperation(backfillOperation, { files }, installation, io);
    if (flag(args, 'json')) io.out(`${JSON.stringify(result)}\n`);
    for (const file of result.alreadyTaken) io.words(`${file} was taken before, to its end; left out.`);
    for (const { place, message } of result.problems) io.words(`${place}: ${message}`);
    const more = result.rejected - result.problems.length;
    if (more > 0) io.words(`… and ${more} more rows that were not taken.`);
    const taken = `${result.delivered} documents taken (${toWords(result)}), ${result.rejected} rejected`;
    if (io.signal.aborted) {
      io.words(`Interrupted: ${taken}. The same command continues where it stopped.`);
      return 1;
    }
    const seconds = ((systemClock.monotonic() - began) / 1_000).toFixed(1);
    io.words(`${taken}, all queryable and rolled up after ${seconds} s.`);
    return result.rejected + result.deadLettered > 0 ? 1 : 0;
  },
};

function toWords({ added, duplicates, replaced, leftOut, deadLettered }: BackfillResult): string {
  const words = [`${added} new`, `${duplicates} duplicates`, `${replaced} replaced an older version`];
  if (leftOut > 0) words.push(`${leftOut} unwanted, erased or expired`);
  if (deadLettered > 0) words.push(`${deadLettered} dead letters`);
  return words.join(', ');
}

/** Before a service is started for it. */
async function requireReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (cause) {
    throw new ConfigError('usage', `${file} does not exist or may not be read. Correct the path.`, { cause });
  }
}
