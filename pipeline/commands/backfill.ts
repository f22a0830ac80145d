import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { BackfillResult } from '../app/backfill.js';
import { backfillOperation } from '../app/operations/backfill.js';
import { systemClock } from '../core/clock.js';
import { CancelledError, ConfigError } from '../core/errors.js';
import { flag } from './arguments.js';
import type { Command, CommandIo } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { findInstallation, type Installation } from './with-installation.js';

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
    io.words(`Loading ${many(files.length, 'file')} as history into ${installation.dataDir}.`);
    const result = await load(files, installation, io);
    if (result === null) return 1;
    if (flag(args, 'json')) io.out(`${JSON.stringify(result)}\n`);
    for (const line of placesInWords(result)) io.words(line);
    if (result.alreadyTaken.length === files.length) {
      io.words('Nothing was left to take.');
      return 0;
    }
    if (result.interrupted) {
      io.words(`Interrupted: ${countsInWords(result)}. ${restInWords(result)}`);
      return 1;
    }
    const seconds = ((systemClock.monotonic() - began) / 1_000).toFixed(1);
    io.words(`${countsInWords(result)}, all queryable and rolled up after ${seconds} s.`);
    return result.rejected + result.deadLettered > 0 ? 1 : 0;
  },
};

/** Null when this command was stopped while a running service was at it: no answer comes then. */
async function load(
  files: readonly string[],
  installation: Installation,
  io: CommandIo,
): Promise<BackfillResult | null> {
  try {
    return await runOperation(backfillOperation, { files }, installation, io);
  } catch (error) {
    if (!(error instanceof CancelledError) || !io.signal.aborted) throw error;
    io.words(
      'Interrupted. The service takes no more of it, and what it has taken is safe; the same command continues where it stopped, and says where.',
    );
    return null;
  }
}

function placesInWords({ alreadyTaken, resumed, problems, rejected }: BackfillResult): readonly string[] {
  const more = rejected - problems.length;
  return [
    ...alreadyTaken.map((file) => `${file} was taken before, to its end; left out.`),
    ...resumed.map(
      ({ file, line }) => `${file} was taken before up to line ${line - 1}; gone on with line ${line}.`,
    ),
    ...problems.map(({ place, message }) => `${place}: ${message}`),
    ...(more > 0 ? [`… and ${many(more, 'more row')} not taken.`] : []),
  ];
}

function countsInWords(result: BackfillResult): string {
  const { delivered, rejected, added, duplicates, replaced, leftOut, deadLettered, onTheirWay } = result;
  const words = [`${added} new`, many(duplicates, 'duplicate'), `${replaced} replaced an older version`];
  if (leftOut > 0) words.push(`${leftOut} unwanted, erased or expired`);
  if (deadLettered > 0) words.push(many(deadLettered, 'dead letter'));
  if (onTheirWay > 0) words.push(`${onTheirWay} still on their way`);
  return `${many(delivered, 'document')} taken (${words.join(', ')}), ${rejected} rejected`;
}

/** After an interruption. */
function restInWords({ next, onTheirWay }: BackfillResult): string {
  const words: string[] = [];
  if (onTheirWay > 0)
    words.push('What is on its way is safe; it is stored now or when the service runs next.');
  words.push(
    next === null
      ? 'Nothing is left of the files.'
      : `The same command goes on with line ${next.line} of ${next.file}.`,
  );
  return words.join(' ');
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Before a service is started for it. */
async function requireReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (cause) {
    throw new ConfigError('usage', `${file} does not exist or may not be read. Correct the path.`, { cause });
  }
}
