import { parseBehaviourCase } from '../../models/evaluation/behaviour/parse-case.js';
import {
  runBehaviour,
  type BehaviourFailure,
  type BehaviourReport,
  type PassRate,
} from '../../models/evaluation/behaviour/run-behaviour.js';
import { ConfigError } from '../core/errors.js';
import { fileOptions, flag, noPositionals } from './arguments.js';
import type { Command, CommandArguments } from './command.js';
import { suiteFiles, withModel } from './evaluation-model.js';
import { readLabelledLines } from './labelled-lines.js';
import { MODEL_OPTION } from './model-option.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { textTable } from './text-table.js';

export const evaluateBehaviourCommand: Command = {
  name: 'evaluate behaviour',
  summary:
    'Puts a model to the behavioural suite: negation, direction of numbers, "not in breach", sarcasm, typos and more, in both languages.',
  usage: '[--model M] [--suite FILE.jsonl …] [--json]',
  options: {
    suite: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      doc: 'Cases of your own instead of the built-in suite; models/evaluation/behaviour shows how.',
    },
    ...MODEL_OPTION,
    config: CONFIG_OPTIONS.config,
    json: { type: 'boolean', doc: 'The whole report as one line of JSON.' },
  },
  examples: ['bellwether evaluate behaviour --model lexicon'],
  async run(args, io) {
    noPositionals(args, 'evaluate behaviour');
    const cases = await readLabelledLines(casesFiles(args, io.cwd), 'behavioural cases', parseBehaviourCase);
    if (cases.length === 0) throw new ConfigError('usage', 'The suite holds no case.');
    const report = await withModel(args, io, (model) => runBehaviour(model, cases));
    io.out(flag(args, 'json') ? `${JSON.stringify(report)}\n` : toText(report));
    return 0;
  },
};

function casesFiles(args: CommandArguments, cwd: string): readonly string[] {
  return args.values['suite'] === undefined ? suiteFiles() : fileOptions(args, 'suite', cwd, '');
}

function toText(report: BehaviourReport): string {
  const languages = Object.keys(report.byLanguage);
  const rows = Object.entries(report.byCapability).map(([capability, rates]) => [
    capability,
    ...languages.map((language) => cell(rates[language])),
  ]);
  rows.push(['all', ...languages.map((language) => cell(report.byLanguage[language]))]);
  const failures = report.failures.map(describe);
  return [
    `${report.model.name} ${report.model.version}: ${cell(report.all)}, 95 of 100 such suites between ${percent(report.all.low)} and ${percent(report.all.high)}`,
    '',
    textTable(['capability', ...languages], rows).trimEnd(),
    '',
    ...Object.entries(report.byType).map(([type, rate]) => `${type.padEnd(11)} ${cell(rate)}`),
    '',
    `${failures.length} failures:`,
    ...failures,
    '',
  ].join('\n');
}

function cell(rate: PassRate | undefined): string {
  return rate === undefined ? '–' : `${percent(rate.value)} (${rate.passed} of ${rate.n})`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function describe({ case: failed, answer, variantAnswer }: BehaviourFailure): string {
  const head = `${failed.capability} ${failed.type}`;
  const said = `${answer.label} ${answer.polarity.toFixed(2)}`;
  if (failed.type === 'minimum')
    return `  ${head}: wanted ${failed.labels.join(' or ')}, got ${said}: ${failed.text}`;
  const wanted =
    failed.type === 'invariance' ? 'wanted the same label' : `wanted a polarity that ${failed.polarity}`;
  const then = variantAnswer === null ? '' : `${variantAnswer.label} ${variantAnswer.polarity.toFixed(2)}`;
  return `  ${head}: ${wanted}, got ${said} → ${then}: ${failed.text} → ${failed.variant}`;
}
