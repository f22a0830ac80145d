import { rescoreOperation } from '../app/operations/rescore.js';
import { systemClock } from '../core/clock.js';
import { flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { MODEL_OPTION, modelOption } from './model-option.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { timeOption } from './time-option.js';
import { findInstallation } from './with-installation.js';

export const rescoreCommand: Command = {
  name: 'rescore',
  summary:
    'Scores stored documents again with another model, beside their old scores and behind live traffic. Continues where it was interrupted.',
  usage: '[--model MODEL] [--from TIME] [--to TIME] [--data DIR] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    ...MODEL_OPTION,
    from: { type: 'string', value: 'TIME', doc: 'Published at this time or later; ISO 8601 with zone.' },
    to: { type: 'string', value: 'TIME', doc: 'Published before this time.' },
    json: { type: 'boolean', doc: 'One line of JSON.' },
  },
  examples: ['bellwether rescore --model lexicon --from 2026-01-01T00:00:00Z --data data/live'],
  async run(args, io) {
    noPositionals(args, 'rescore');
    const request = {
      model: modelOption(args),
      from: timeOption(args, 'from'),
      to: timeOption(args, 'to'),
    };
    const began = systemClock.monotonic();
    const result = await runOperation(rescoreOperation, request, await findInstallation(args, io), io);
    if (flag(args, 'json')) io.out(`${JSON.stringify(result)}\n`);
    const seconds = ((systemClock.monotonic() - began) / 1_000).toFixed(1);
    const { model, rescored, remaining, replacedBy } = result;
    io.words(`${rescored} documents scored again with ${model.name} ${model.version} in ${seconds} s.`);
    if (remaining === 0) return 0;
    if (replacedBy !== null) {
      const name = `${replacedBy.name} ${replacedBy.version}`;
      io.words(
        `${name} has taken over meanwhile; ${remaining} were left then. Repeat the command to go on with what serves now.`,
      );
      return 1;
    }
    io.words(`${remaining} are left. The same command continues where it stopped.`);
    return 1;
  },
};
