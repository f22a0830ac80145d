import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { exportRows } from '../../models/training/export-rows.js';
import { packageRoot } from '../app/package-root.js';
import { ConfigError } from '../core/errors.js';
import { choiceOption, noPositionals, textOption } from './arguments.js';
import type { Command } from './command.js';

export const trainRowsCommand: Command = {
  name: 'train rows',
  summary: 'Writes the labelled rows that the trainers of models/training/encoder (Python) read.',
  usage: '--sets shippable|all --output DIR [--data-directory DIR]',
  options: {
    sets: {
      type: 'string',
      value: 'shippable|all',
      doc: 'shippable: only sets whose licence lets a model be shipped, and our own texts. all: everything.',
    },
    output: { type: 'string', value: 'DIR', doc: 'Gets train.jsonl and dev.jsonl. Never commit them.' },
    'data-directory': {
      type: 'string',
      value: 'DIR',
      doc: 'Holds labelled/NAME/train.jsonl; default ../shared/data.',
    },
  },
  examples: ['bellwether train rows --sets shippable --output /tmp/rows'],
  async run(args, io) {
    noPositionals(args, 'train rows');
    const sets = choiceOption(args, 'sets', ['shippable', 'all']);
    const output = textOption(args, 'output');
    if (sets === null || output === null)
      throw new ConfigError('usage', 'train rows needs --sets shippable|all and --output DIR.');
    const outputDirectory = resolve(io.cwd, output);
    const counts = await exportRows({
      sets,
      outputDirectory,
      dataDirectory: resolve(io.cwd, textOption(args, 'data-directory') ?? '../shared/data'),
      ownTextsDirectory: fileURLToPath(new URL('models/training/own-texts', packageRoot())),
    });
    io.out(`${counts.train} rows to learn from, ${counts.dev} to judge by, in ${outputDirectory}\n`);
    return 0;
  },
};
