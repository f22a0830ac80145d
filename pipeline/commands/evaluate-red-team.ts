import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { redTeam, type RedTeamReport, type WeakSpot } from '../../models/evaluation/robustness/red-team.js';
import { flag, noPositionals, numberOption, textOption } from './arguments.js';
import type { Command } from './command.js';
import { CHANGED_TEXTS_OPTIONS, textsToChange } from './evaluate-robustness.js';
import { withModel } from './evaluation-model.js';
import { MODEL_OPTION } from './model-option.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { textTable } from './text-table.js';

const SHOWN = 10;

export const evaluateRedTeamCommand: Command = {
  name: 'evaluate red-team',
  summary:
    'Searches for small changes of texts that alter a label, and writes what it finds as cases of the behavioural suite.',
  usage: '[--model M] [--set FILE.jsonl …] [--tries N] [--depth N] [--seed N] [--output FILE.jsonl] [--json]',
  options: {
    ...CHANGED_TEXTS_OPTIONS,
    tries: { type: 'string', value: 'N', doc: 'Variants of a text for every further change; default 12.' },
    depth: { type: 'string', value: 'N', doc: 'Changes on top of each other at most; default 3.' },
    output: {
      type: 'string',
      value: 'FILE.jsonl',
      doc: 'Gets the weak spots as cases for "evaluate behaviour --suite FILE": the label shall not change.',
    },
    ...MODEL_OPTION,
    config: CONFIG_OPTIONS.config,
    json: { type: 'boolean', doc: 'The whole report as one line of JSON.' },
  },
  examples: [
    'bellwether evaluate red-team --model ngram --output weak.jsonl',
    'bellwether evaluate behaviour --model ngram --suite weak.jsonl',
  ],
  async run(args, io) {
    noPositionals(args, 'evaluate red-team');
    const options = {
      tries: numberOption(args, 'tries', { min: 1, max: 200, whole: true }) ?? 12,
      depth: numberOption(args, 'depth', { min: 1, max: 10, whole: true }) ?? 3,
      seed: numberOption(args, 'seed', { min: 0, max: 4_000_000_000, whole: true }) ?? 1,
    };
    const texts = await textsToChange(args, io.cwd);
    const report = await withModel(args, io, (model) => redTeam(model, texts, options));
    const output = textOption(args, 'output');
    if (output !== null)
      await writeFile(
        resolve(io.cwd, output),
        report.weakSpots.map((spot) => `${JSON.stringify(toCase(spot))}\n`).join(''),
      );
    io.out(flag(args, 'json') ? `${JSON.stringify(report)}\n` : toText(report));
    return 0;
  },
};

function toCase({ language, text, variant }: WeakSpot) {
  return { lang: language, capability: 'red-team', type: 'invariance', text, variant };
}

function toText({ model, texts, byDepth, reversed, weakSpots }: RedTeamReport): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const rows = byDepth.map(({ fallen, value, low, high }, depth) => [
    String(depth + 1),
    `${percent(value)} (${fallen})`,
    `${percent(low)} to ${percent(high)}`,
  ]);
  return [
    `${model.name} ${model.version}, ${texts} texts`,
    '',
    textTable(['changes', 'labels that fell', '95 %'], rows).trimEnd(),
    '',
    `${reversed} of them from negative to positive or back. The weakest:`,
    ...weakSpots
      .slice(0, SHOWN)
      .map(
        ({ changes, from, to, text, variant }) =>
          `  ${changes.join(' + ')}: ${from} → ${to}: ${text} → ${variant}`,
      ),
    '',
  ].join('\n');
}
