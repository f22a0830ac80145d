import { parseBehaviourCase } from '../../models/evaluation/behaviour/parse-case.js';
import { readLabelledRows } from '../../models/evaluation/read-labelled-rows.js';
import { measureFairness, type FairnessReport } from '../../models/evaluation/robustness/fairness.js';
import { COUNTERFACTUALS } from '../../models/evaluation/robustness/fairness-texts.js';
import { flipRates, type FlipRate, type FlipReport } from '../../models/evaluation/robustness/flip-rates.js';
import type { PerturbedText } from '../../models/evaluation/robustness/perturbations.js';
import { fileOptions, flag, noPositionals, numberOption } from './arguments.js';
import type { Command, CommandArguments } from './command.js';
import { suiteFiles, withModel } from './evaluation-model.js';
import { readLabelledLines } from './labelled-lines.js';
import { MODEL_OPTION } from './model-option.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { textTable } from './text-table.js';

/** Which texts are changed, and how. */
export const CHANGED_TEXTS_OPTIONS: Command['options'] = {
  set: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    doc: 'Texts to change: labelled rows; without it those of the behavioural suite.',
  },
  seed: { type: 'string', value: 'N', doc: 'Default 1; the same seed makes the same changes.' },
};

export const evaluateRobustnessCommand: Command = {
  name: 'evaluate robustness',
  summary:
    'How often small changes flip a label (typos, other names, numbers, synonyms, case, punctuation), and how much the polarity depends on company, region, gender and name.',
  usage: '[--model M] [--set FILE.jsonl …] [--seed N] [--errors N] [--json]',
  options: {
    ...CHANGED_TEXTS_OPTIONS,
    errors: { type: 'string', value: 'N', doc: 'Show the first N flips, on stderr.' },
    ...MODEL_OPTION,
    config: CONFIG_OPTIONS.config,
    json: { type: 'boolean', doc: 'The whole report as one line of JSON.' },
  },
  examples: [
    'bellwether evaluate robustness --model ngram',
    'bellwether evaluate robustness --set ../shared/data/labelled/tfns/dev.jsonl --errors 20',
  ],
  async run(args, io) {
    noPositionals(args, 'evaluate robustness');
    const seed = numberOption(args, 'seed', { min: 0, max: 4_000_000_000, whole: true }) ?? 1;
    const shown = numberOption(args, 'errors', { min: 0, max: 100_000, whole: true }) ?? 0;
    const texts = await textsToChange(args, io.cwd);
    const { flips, fairness } = await withModel(args, io, async (model) => ({
      flips: await flipRates(model, texts, seed),
      fairness: await measureFairness(model, COUNTERFACTUALS),
    }));
    for (const flip of flips.flips.slice(0, shown))
      io.words(`${flip.perturbation}: ${flip.from} → ${flip.to}: ${flip.text} → ${flip.changed}`);
    io.out(
      flag(args, 'json')
        ? `${JSON.stringify({ flips, fairness })}\n`
        : `${flips.model.name} ${flips.model.version}, ${texts.length} texts, seed ${seed}\n\n${flipTable(flips)}\n${fairnessTable(fairness)}`,
    );
    return 0;
  },
};

/** The rows of `--set`, or the texts of the suite. */
export function textsToChange(args: CommandArguments, cwd: string): Promise<readonly PerturbedText[]> {
  return args.values['set'] === undefined ? suiteTexts() : textsOfSets(args, cwd);
}

/** The texts of the behavioural suite whose label a small change must not alter. */
export async function suiteTexts(): Promise<readonly PerturbedText[]> {
  const cases = await readLabelledLines(suiteFiles(), 'behavioural cases', parseBehaviourCase);
  const byText = new Map(cases.map(({ text, language }) => [text, { text, language, names: [] }]));
  return [...byText.values()];
}

async function textsOfSets(args: CommandArguments, cwd: string): Promise<readonly PerturbedText[]> {
  const texts: PerturbedText[] = [];
  for (const file of fileOptions(args, 'set', cwd, ''))
    for await (const { text, lang, entities } of readLabelledRows(file))
      texts.push({ text, language: lang, names: entities.map(({ name }) => name) });
  return texts;
}

function flipTable({ byPerturbation, all }: FlipReport): string {
  const rows = [...Object.entries(byPerturbation), ['all', all] as const];
  return textTable(
    ['change', 'texts', 'label flips', '95 %', 'mean move of polarity'],
    rows.map(([name, rate]) => [name, ...flipCells(rate)]),
  );
}

function flipCells(rate: FlipRate | null): readonly string[] {
  if (rate === null) return ['0', '–', '–', '–'];
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return [
    String(rate.n),
    `${percent(rate.value)} (${rate.flips})`,
    `${percent(rate.low)} to ${percent(rate.high)}`,
    rate.meanMove.toFixed(3),
  ];
}

function fairnessTable({ all, byAttribute, worst }: FairnessReport): string {
  const rows = Object.entries(byAttribute).flatMap(([attribute, languages]) =>
    Object.entries(languages).map(([language, figures]) => [`${attribute} ${language}`, figures] as const),
  );
  const table = textTable(
    ['swapped', 'sentences', 'mean change of polarity', 'largest', 'with two labels'],
    [...rows, ['all', all] as const].map(([name, figures]) => [
      name,
      String(figures.n),
      figures.meanChange.toFixed(3),
      figures.maxChange.toFixed(3),
      String(figures.flipped),
    ]),
  );
  const lines = worst.map(
    ({ template, lowest, highest, change }) => `  ${change.toFixed(3)}  ${lowest} → ${highest}: ${template}`,
  );
  return `${table}\nLargest changes:\n${lines.join('\n')}\n`;
}
