import { resolve } from 'node:path';

import { tellStories, type ToldStory } from '../app/tell-stories.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { flag } from './arguments.js';
import type { Command } from './command.js';

const MAX_REJECTED_SHOWN = 20;

export const storiesCommand: Command = {
  name: 'stories',
  summary: 'Groups recorded documents into stories: story and novelty of each, in the order of the file.',
  usage: 'FILE [FILE …] [--json]',
  options: {
    json: { type: 'boolean', doc: 'JSON lines also on a terminal, where else a table is shown.' },
  },
  examples: ['bellwether stories wire.jsonl.gz --json > stories.jsonl'],
  async run(args, io) {
    if (args.positionals.length === 0)
      throw new ConfigError('usage', 'stories needs FILE with recorded documents (JSON lines, gzip or not).');
    const show = flag(args, 'json') || !io.outTty ? (told: ToldStory) => JSON.stringify(told) : tableRow;
    let rejected = 0;
    await tellStories({
      files: args.positionals.map((file) => resolve(io.cwd, file)),
      clock: systemClock,
      signal: io.signal,
      onTold: (told) => {
        io.out(`${show(told)}\n`);
      },
      onRejected: ({ place, message }) => {
        rejected += 1;
        if (rejected <= MAX_REJECTED_SHOWN) io.words(`${place}: ${message}`);
      },
    });
    return 0;
  },
};

function tableRow({ id, storyId, novelty }: ToldStory): string {
  return `${storyId}  ${novelty.toFixed(3)}  ${id}`;
}
