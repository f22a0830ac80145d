import { reloadSources } from '../app/operations/sources.js';
import { describeChanges } from '../app/source-life/describe-changes.js';
import { flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { runSourceOperation, SOURCE_OPTIONS } from './run-source-operation.js';

export const sourcesReloadCommand: Command = {
  name: 'sources reload',
  summary:
    'Has a running service read its configuration and its secrets again and take over its sources, model and expert rules; with anything wrong nothing changes.',
  usage: '[--data DIR] [--json]',
  options: SOURCE_OPTIONS,
  examples: ['bellwether sources reload --data data/live'],
  async run(args, io) {
    noPositionals(args, 'sources reload');
    const result = await runSourceOperation(reloadSources, {}, args, io);
    if (flag(args, 'json')) io.out(`${JSON.stringify(result)}\n`);
    else for (const line of describeChanges(result)) io.words(line);
    return 0;
  },
};
