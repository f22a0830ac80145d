import { stopSource } from '../app/operations/sources.js';
import { flag } from './arguments.js';
import type { Command } from './command.js';
import { runSourceOperation, SOURCE_OPTIONS } from './run-source-operation.js';
import { sourceName } from './source-name.js';

export const sourcesStopCommand: Command = {
  name: 'sources stop',
  summary:
    'Stops one source of a running service when its open delivery is stored; until it is started, or the service anew.',
  usage: 'NAME [--data DIR] [--json]',
  options: SOURCE_OPTIONS,
  examples: ['bellwether sources stop fed-press --data data/live'],
  async run(args, io) {
    const id = sourceName(args, 'sources stop');
    const { changed } = await runSourceOperation(stopSource, { id }, args, io);
    if (flag(args, 'json')) io.out(`${JSON.stringify({ id, changed })}\n`);
    io.words(
      changed
        ? `${id} is stopped until "bellwether sources start ${id}" or the next start of the service.`
        : `${id} did not run; it stays stopped.`,
    );
    return 0;
  },
};
