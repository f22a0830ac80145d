import { resolve } from 'node:path';

import { chooseSets, collectRows } from '../../models/training/collect-rows.js';
import { simulateLabelling, STRATEGIES, type CurvePoint } from '../../models/training/simulate-labelling.js';
import { ConfigError } from '../core/errors.js';
import { choiceOption, flag, noPositionals, numberOption, textOption } from './arguments.js';
import type { Command } from './command.js';
import { textTable } from './text-table.js';

const STEPS = [200, 400, 600, 800, 1_000, 1_400, 1_800, 2_400, 3_000];
const SEEDS = 3;
/** What a desk with little time could label. */
const FEW = [10, 50, 200];

export const labelsSimulateCommand: Command = {
  name: 'labels simulate',
  summary:
    'Measures on labelled train rows what the order of the queue is worth: macro-F1 on a fold kept back after equal numbers of labels, by worth, by doubt and difference, by lot, and by lot with the model’s own sure answers as labels. Some minutes of one core.',
  usage: '--language en|zh [--most N | --few] [--seeds N] [--data-directory DIR] [--json]',
  options: {
    language: {
      type: 'string',
      value: 'en|zh',
      doc: 'Which sets; all with three classes of people’s labels.',
    },
    most: { type: 'string', value: 'N', doc: 'Stop at so many labels; default 3000.' },
    few: { type: 'boolean', doc: 'The curve of few labels: 10, 50 and 200, drawn by lot.' },
    seeds: { type: 'string', value: 'N', doc: 'Draws that a figure is the mean of; default 3.' },
    'data-directory': {
      type: 'string',
      value: 'DIR',
      doc: 'Holds labelled/NAME/train.jsonl; default ../shared/data.',
    },
    json: { type: 'boolean', doc: 'The curves as one line of JSON.' },
  },
  examples: ['bellwether labels simulate --language en'],
  async run(args, io) {
    noPositionals(args, 'labels simulate');
    const language = choiceOption(args, 'language', ['en', 'zh']);
    if (language === null)
      throw new ConfigError('usage', 'labels simulate needs --language en or --language zh.');
    const most = numberOption(args, 'most', { min: 200, max: 3_000, whole: true }) ?? 3_000;
    // Weak labels would measure the labels, not the order.
    const sets = chooseSets('all').filter(
      (set) => set.language === language && set.sentiment === 'three' && set.sentimentWeight === 1,
    );
    const rows = await collectRows(
      resolve(io.cwd, textOption(args, 'data-directory') ?? '../shared/data'),
      sets,
    );
    const three = rows.filter(({ sentiment }) => sentiment !== null);
    io.words(`${three.length} rows of ${sets.map(({ key }) => key).join(', ')}.`);
    const steps = STEPS.filter((step) => step <= most);
    const count = numberOption(args, 'seeds', { min: 1, max: 50, whole: true }) ?? SEEDS;
    const seeds = Array.from({ length: count }, (_, index) => index + 1);
    const curve = flag(args, 'few')
      ? simulateLabelling(three, { seeds, steps: FEW, strategies: ['random'], onProgress: io.words })
      : simulateLabelling(three, { seeds, steps, onProgress: io.words });
    io.out(flag(args, 'json') ? `${JSON.stringify(curve)}\n` : table(curve));
    return 0;
  },
};

/** One line for each number of labels: mean and standard deviation over the seeds, and the gain over the lot with the seeds in which it is one. */
function table(curve: readonly CurvePoint[]): string {
  const steps = [...new Set(curve.map(({ labels }) => labels))];
  const strategies = STRATEGIES.filter((strategy) => curve.some((point) => point.strategy === strategy));
  const rows = steps.map((labels) => {
    const at = (strategy: string) =>
      curve.find((point) => point.labels === labels && point.strategy === strategy)?.macroF1 ?? [];
    const lot = at('random');
    return [
      `${labels}`,
      ...strategies.map((strategy) => {
        const won = at(strategy).filter((figure, seed) => figure > (lot[seed] ?? 0)).length;
        const figure = `${mean(at(strategy)).toFixed(3)} ±${spread(at(strategy)).toFixed(3)}`;
        return strategy === 'random' ? figure : `${figure} (${won}/${lot.length})`;
      }),
    ];
  });
  return textTable(['LABELS', ...strategies.map((strategy) => strategy.toUpperCase())], rows);
}

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

/** The standard deviation of single seeds; 0 of one. */
function spread(figures: readonly number[]): number {
  const middle = mean(figures);
  const squares = figures.reduce((sum, figure) => sum + (figure - middle) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, figures.length - 1));
}
