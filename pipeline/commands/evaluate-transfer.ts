import { resolve } from 'node:path';

import {
  chooseSets,
  collectOwnRows,
  collectRows,
  type TrainingRow,
} from '../../models/training/collect-rows.js';
import {
  ALL_OTHERS,
  measureTransfer,
  type TransferFigure,
  type TransferSet,
} from '../../models/training/transfer-matrix.js';
import { ConfigError } from '../core/errors.js';
import { choiceOption, flag, noPositionals, textOption } from './arguments.js';
import type { Command } from './command.js';
import { inPackage } from './evaluation-model.js';
import { textTable } from './text-table.js';

export const evaluateTransferCommand: Command = {
  name: 'evaluate transfer',
  summary:
    'Trains the n-gram model on each set with three classes and judges it on the dev part of every other: what labels of one kind of text are worth for another. A minute or two of one core.',
  usage: '--language en|zh [--data-directory DIR] [--json]',
  options: {
    language: { type: 'string', value: 'en|zh', doc: 'Which sets.' },
    'data-directory': {
      type: 'string',
      value: 'DIR',
      doc: 'Holds labelled/NAME/train.jsonl and dev.jsonl; default ../shared/data.',
    },
    json: { type: 'boolean', doc: 'The figures as one line of JSON.' },
  },
  examples: ['bellwether evaluate transfer --language en'],
  async run(args, io) {
    noPositionals(args, 'evaluate transfer');
    const language = choiceOption(args, 'language', ['en', 'zh']);
    if (language === null)
      throw new ConfigError('usage', 'evaluate transfer needs --language en or --language zh.');
    const directory = resolve(io.cwd, textOption(args, 'data-directory') ?? '../shared/data');
    const sets: TransferSet[] = [];
    for (const set of chooseSets('all')) {
      if (set.language !== language || set.sentiment !== 'three') continue;
      const [train, dev] = [await collectRows(directory, [set]), await collectRows(directory, [set], 'dev')];
      sets.push({ key: set.key, train: labelled(train), dev: labelled(dev) });
    }
    const own = await collectOwnRows(inPackage('models/training/own-texts'));
    sets.push({ key: 'own', train: labelled(own.filter((row) => row.language === language)), dev: [] });
    const figures = measureTransfer(sets, io.words);
    io.out(flag(args, 'json') ? `${JSON.stringify(figures)}\n` : table(figures));
    return 0;
  },
};

function labelled(rows: readonly TrainingRow[]): readonly TrainingRow[] {
  return rows.filter(({ sentiment }) => sentiment !== null);
}

function table(figures: readonly TransferFigure[]): string {
  const judged = [...new Set(figures.map(({ judgedOn }) => judgedOn))];
  const trained = [...new Set(figures.map(({ trainedOn }) => trainedOn))];
  const cell = (from: string, to: string) =>
    figures.find(({ trainedOn, judgedOn }) => trainedOn === from && judgedOn === to)?.macroF1.toFixed(3) ??
    '';
  const rows = trained.map((from) => [from, ...judged.map((to) => cell(from, to))]);
  return textTable([`TRAINED ON (${ALL_OTHERS}: but the judging one)`, ...judged], rows);
}
