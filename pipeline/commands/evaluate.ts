import type { Config } from '../../config/schema.js';
import { evaluate, type EvaluateReport } from '../../models/evaluation/evaluate.js';
import { createMentionScorer } from '../../models/evaluation/judge-mentions.js';
import { readLabelledRows, type LabelledRow } from '../../models/evaluation/read-labelled-rows.js';
import { modelOptions } from '../app/understanding.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { fileOptions, flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { DETAIL_OPTIONS, evaluateDetails } from './evaluate-details.js';
import { RELEASE_OPTIONS, runRelease, wantsRelease } from './evaluate-release.js';
import { withJudged } from './evaluation-model.js';
import { MODEL_OPTION, modelsFrom } from './model-option.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary:
    'Measures a model on labelled rows: accuracy, macro-F1, calibration, topics, entities, speed. Several sets are pooled.',
  usage:
    '--set FILE.jsonl [--set FILE.jsonl …] [--model M] [--slices] [--reliability FILE.svg] [--json] | --gate [--card FILE.md] [--model M] [--against M] [--figures FILE.json …]',
  options: {
    set: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      doc: 'Labelled rows: text, lang, sentiment, topic, entities.',
    },
    ...DETAIL_OPTIONS,
    ...RELEASE_OPTIONS,
    ...MODEL_OPTION,
    config: CONFIG_OPTIONS.config,
    json: { type: 'boolean', doc: 'The whole report as one line of JSON.' },
  },
  examples: [
    'bellwether evaluate --set ../shared/data/labelled/tfns/dev.jsonl',
    'bellwether evaluate --set a.jsonl --set b.jsonl --model lexicon --json',
    'bellwether evaluate --set a.jsonl --slices --reliability reliability.svg',
    'bellwether evaluate --gate --model ngram --card MODEL_CARD.md',
  ],
  async run(args, io) {
    noPositionals(args, 'evaluate');
    if (wantsRelease(args)) return runRelease(args, io);
    const files = fileOptions(args, 'set', io.cwd, 'evaluate needs --set FILE.jsonl with labelled rows.');
    const models = modelsFrom(args, await configFrom(args, io, { sources: [] }));
    const { report, details } = await withJudged(modelOptions(models), async (classifier) => {
      const judged = await evaluate(classifier, readAll(files), {
        set: files.join(','),
        clock: systemClock,
        scoreMentions: createMentionScorer(classifier),
      });
      if (judged.n === 0)
        throw new ConfigError('usage', `There are no labelled rows in ${files.join(', ')}.`);
      return { report: judged, details: await evaluateDetails(args, io, classifier, files) };
    });
    io.out(
      flag(args, 'json')
        ? `${JSON.stringify({ ...report, ...details.json })}\n`
        : table(report, processorWords(report.model, models)) + details.text,
    );
    return 0;
  },
};

/** What a speed was measured on: an encoder has threads of its own, the others run in the one of the command. */
export function processorWords(
  { name }: EvaluateReport['model'],
  { encoder, sentiment, remote }: Pick<Config['models'], 'encoder' | 'sentiment' | 'remote'>,
): string {
  if (remote.urls.length > 0 && sentiment === name) return 'on other machines';
  if (!/^(encoder|imported-)/.test(name)) return 'one thread';
  const { workers, threads } = encoder;
  return `${workers === 1 ? 'one worker' : `${workers} workers`} of ${threads === 1 ? 'one thread' : `${threads} threads`}`;
}

async function* readAll(files: readonly string[]): AsyncGenerator<LabelledRow> {
  for (const file of files) yield* readLabelledRows(file);
}

function table(report: EvaluateReport, where: string): string {
  const figure = (value: number) => value.toFixed(3);
  const lines = [`${report.model.name} ${report.model.version} on ${report.n} rows of ${report.set}`];
  if (report.sentiment !== null) {
    const { accuracy, macroF1, ece, perClass, n } = report.sentiment;
    lines.push(
      `sentiment  n ${n}  accuracy ${figure(accuracy)}  macro-F1 ${figure(macroF1)}  ECE ${figure(ece)}`,
    );
    for (const [label, { precision, recall, f1 }] of Object.entries(perClass)) {
      lines.push(
        `  ${label.padEnd(9)} precision ${figure(precision)}  recall ${figure(recall)}  F1 ${figure(f1)}`,
      );
    }
  }
  if (report.intensity !== null)
    lines.push(
      `intensity  n ${report.intensity.n}  MAE ${figure(report.intensity.mae)}  Spearman ${figure(report.intensity.spearman)}`,
    );
  if (report.topic !== null)
    lines.push(
      `topic      n ${report.topic.n}  accuracy ${figure(report.topic.accuracy)}  macro-F1 ${figure(report.topic.macroF1)}`,
    );
  if (report.entities !== null)
    lines.push(
      `entities   n ${report.entities.n}  accuracy ${figure(report.entities.accuracy)}  macro-F1 ${figure(report.entities.macroF1)}`,
    );
  lines.push(`speed      ${Math.round(report.docsPerSecond)} rows a second, ${where}`);
  return `${lines.join('\n')}\n`;
}
