import { readCheckout } from '../app/release-list/read-checkout.js';
import { releaseList } from '../app/release-list/release-list.js';
import { flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';
import { textTable } from './text-table.js';

export const releaseCheckCommand: Command = {
  name: 'release-check',
  summary:
    'Holds this checkout against the release list: data, algorithm, engineering, business. Exit code 1 when a line fails.',
  usage: '[--json]',
  options: {
    config: CONFIG_OPTIONS.config,
    json: { type: 'boolean', doc: 'The list as one line of JSON.' },
  },
  examples: ['bellwether release-check'],
  async run(args, io) {
    noPositionals(args, 'release-check');
    const config = await configFrom(args, io, { sources: [] });
    const lines = releaseList(await readCheckout(config.models.sentiment));
    const failed = lines.filter(({ problem }) => problem !== null).length;
    const rows = lines.map(({ side, line, problem }) => [
      problem === null ? 'pass' : 'FAIL',
      side,
      line,
      problem ?? '',
    ]);
    io.out(
      flag(args, 'json')
        ? `${JSON.stringify({ failed, lines })}\n`
        : `${textTable(['', 'side', 'line', 'what is wrong'], rows)}${failed} of ${lines.length} lines fail. Figures: "bellwether evaluate --gate".\n`,
    );
    return failed > 0 ? 1 : 0;
  },
};
