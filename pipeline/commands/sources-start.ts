import { startSource } from '../app/operations/sources.js';
import { flag } from './arguments.js';
import type { Command } from './command.js';
import { runSourceOperation, SOURCE_OPTIONS } from './run-source-operation.js';
import { sourceName } from './source-name.js';

export const sourcesStartCommand: Command = {
  name: 'sources start',
  summary: 'Lets a source of a running service go on that was stopped, has failed or has finished.',
  usage: 'NAME [--data DIR] [--json]',
  options: SOURCE_OPTIONS,
  examples: ['bellwether sources start fed-press --data data/live'],
  async run(args, io) {
    const id = sourceName(args, 'sources start');
    const { changed } = await runSourceOperation(startSource, { id }, args, io);
    if (flag(args, 'json')) io.out(`${JSON.stringify({ id, changed })}\n`);
    io.words(changed ? `${id} runs again, from where it stood.` : `${id} runs already.`);
    return 0;
  },
};
