import { resolve } from 'node:path';

import { trainDomain } from '../../models/training/train-domain.js';
import { ConfigError } from '../core/errors.js';
import { noPositionals, textOption } from './arguments.js';
import type { Command } from './command.js';
import { inPackage } from './evaluation-model.js';

export const trainDomainCommand: Command = {
  name: 'train domain',
  summary:
    'Makes the profile by which finance texts are told from others: scored words and thresholds. Half a minute of one core.',
  usage: '--background-en FILE --background-zh FILE [--data-directory DIR] [--output DIR]',
  options: {
    'background-en': {
      type: 'string',
      value: 'FILE',
      doc: 'Words of English at large, "WORD COUNT" a line: frequency_dictionary_en_82_765.txt of symspellpy 6.9.0 (PyPI, MIT).',
    },
    'background-zh': {
      type: 'string',
      value: 'FILE',
      doc: 'The same for Chinese: dict.txt of jieba 0.42.1 (PyPI, MIT).',
    },
    'data-directory': {
      type: 'string',
      value: 'DIR',
      doc: 'Holds labelled/NAME/train.jsonl; default ../shared/data.',
    },
    output: {
      type: 'string',
      value: 'DIR',
      doc: 'Where the folder domain is written; default models/artifacts.',
    },
  },
  examples: [
    'bellwether train domain --background-en frequency_dictionary_en_82_765.txt --background-zh dict.txt',
  ],
  async run(args, io) {
    noPositionals(args, 'train domain');
    const [english, chinese] = [textOption(args, 'background-en'), textOption(args, 'background-zh')];
    if (english === null || chinese === null)
      throw new ConfigError('usage', 'train domain needs --background-en FILE and --background-zh FILE.');
    const report = await trainDomain({
      dataDirectory: resolve(io.cwd, textOption(args, 'data-directory') ?? '../shared/data'),
      ownTextsDirectory: inPackage('models/training/own-texts'),
      backgrounds: {
        en: { file: resolve(io.cwd, english), source: 'symspellpy 6.9.0, MIT' },
        zh: { file: resolve(io.cwd, chinese), source: 'jieba 0.42.1, MIT' },
      },
      outputDirectory: resolve(io.cwd, textOption(args, 'output') ?? inPackage('models/artifacts')),
    });
    io.out(`${JSON.stringify(report)}\n`);
    return 0;
  },
};
