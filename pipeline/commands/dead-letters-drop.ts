import { dropDeadLettersOperation } from '../app/operations/dead-letters.js';
import { ConfigError } from '../core/errors.js';
import { flag } from './arguments.js';
import type { Command } from './command.js';
import { CHOICE_OPTIONS, letterChoice } from './dead-letters-retry.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { findInstallation } from './with-installation.js';

export const deadLettersDropCommand: Command = {
  name: 'dead-letters drop',
  summary:
    'Gives dead letters up for good: they count as dropped by the operator and their originals are removed.',
  usage: 'ID…|--all [--reason R] --yes [--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    ...CHOICE_OPTIONS,
    yes: { type: 'boolean', doc: 'It is meant: the original bytes cannot be brought back.' },
    json: { type: 'boolean', doc: 'One line of JSON.' },
  },
  examples: ['bellwether dead-letters drop --all --reason undecodable --yes'],
  async run(args, io) {
    const choice = letterChoice(args, 'drop');
    if (!flag(args, 'yes')) {
      throw new ConfigError('usage', 'Dropping removes the originals for good. Say --yes when it is meant.');
    }
    const installation = await findInstallation(args, io);
    const result = await runOperation(dropDeadLettersOperation, { choice }, installation, io);
    if (flag(args, 'json')) io.out(`${JSON.stringify(result)}\n`);
    for (const { id, message } of result.failed) io.words(`${id}: ${message}`);
    io.words(`${result.dropped.length} dropped, ${result.failed.length} not.`);
    return result.failed.length === 0 ? 0 : 1;
  },
};
