import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { parseLetterId, type LetterChoice } from '../app/dead-letters.js';
import { MAX_EDIT_BYTES, retryDeadLettersOperation } from '../app/operations/dead-letters.js';
import { ConfigError } from '../core/errors.js';
import { DEAD_LETTER_REASONS } from '../core/scored.js';
import { choiceOption, flag, textOption } from './arguments.js';
import type { Command, CommandArguments, CommandIo } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { findInstallation } from './with-installation.js';

export const CHOICE_OPTIONS = {
  all: { type: 'boolean', doc: 'All that wait.' },
  reason: {
    type: 'string',
    value: 'R',
    doc: `With --all: only those of ${DEAD_LETTER_REASONS.join(', ')}.`,
  },
} as const;

export const deadLettersRetryCommand: Command = {
  name: 'dead-letters retry',
  summary:
    'Sends dead letters through the edge again. What cannot be read stays a dead letter, with one attempt more.',
  usage: 'ID…|--all [--reason R] [--edit FILE] [--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    ...CHOICE_OPTIONS,
    edit: { type: 'string', value: 'FILE', doc: 'Send this corrected document (JSON) instead; for one ID.' },
    json: { type: 'boolean', doc: 'One line of JSON.' },
  },
  examples: [
    'bellwether dead-letters retry 0:123',
    'bellwether dead-letters retry 0:123 --edit corrected.json',
    'bellwether dead-letters retry --all --reason internal_error',
  ],
  async run(args, io) {
    const choice = letterChoice(args, 'retry');
    const request = { choice, editBase64: await readEdit(args, choice, io) };
    const result = await runOperation(
      retryDeadLettersOperation,
      request,
      await findInstallation(args, io),
      io,
    );
    if (flag(args, 'json')) io.out(`${JSON.stringify(result)}\n`);
    else {
      for (const { id, documentId, wentTo } of result.retried)
        io.out(`${id} went to documents.raw ${wentTo ?? 'before a crash'} as document ${documentId}\n`);
    }
    for (const { id, message } of result.failed) io.words(`${id}: ${message}`);
    io.words(`${result.retried.length} retried, ${result.failed.length} not.`);
    return result.failed.length === 0 ? 0 : 1;
  },
};

/** IDs, or --all with or without a reason; both or neither is wrong use. */
export function letterChoice(args: CommandArguments, verb: string): LetterChoice {
  const ids = args.positionals;
  const all = flag(args, 'all');
  const reason = choiceOption(args, 'reason', DEAD_LETTER_REASONS);
  if (all === ids.length > 0 || (!all && reason !== null)) {
    throw new ConfigError(
      'usage',
      `dead-letters ${verb} takes either one or more IDs, such as 0:123, or --all, which --reason narrows.`,
    );
  }
  for (const id of ids) parseLetterId(id);
  return all ? { all, reason } : { ids: [...ids] };
}

async function readEdit(args: CommandArguments, choice: LetterChoice, io: CommandIo): Promise<string | null> {
  const file = textOption(args, 'edit');
  if (file === null) return null;
  if (!('ids' in choice) || choice.ids.length !== 1)
    throw new ConfigError('usage', '--edit replaces one document: name exactly one ID with it.');
  const bytes = await readFile(resolve(io.cwd, file)).catch((cause: unknown) => {
    throw new ConfigError('usage', `${file} cannot be read. Correct the path.`, { cause });
  });
  if (bytes.byteLength > MAX_EDIT_BYTES)
    throw new ConfigError('usage', `${file} is larger than ${MAX_EDIT_BYTES} bytes. Shorten the document.`);
  return bytes.toString('base64');
}
