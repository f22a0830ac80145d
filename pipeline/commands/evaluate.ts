import { modelOptions } from '../app/understanding.js';
import { evaluate, type EvaluateReport, type ScoreMentions } from '../../models/evaluation/evaluate.js';
import { readLabelledRows, type LabelledRow } from '../../models/evaluation/read-labelled-rows.js';
import { loadClassifier } from '../../models/load-classifier.js';
import { createSentenceSplitter } from '../../models/text/split-sentences.js';
import { systemClock } from '../core/clock.js';
import type { Classifier } from '../core/model.js';
import type { SentimentLabel } from '../core/taxonomy.js';
import { fileOptions, flag, noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { DETAIL_OPTIONS, evaluateDetails } from './evaluate-details.js';
import { RELEASE_OPTIONS, runRelease, wantsRelease } from './evaluate-release.js';
import { MODEL_OPTION, modelsFrom } from './model-option.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary:
    'Measures a model on labelled rows: accuracy, macro-F1, calibration, topics, entities, speed. Several sets are pooled.',
  usage:
    '--set FILE.jsonl [--set FILE.jsonl …] [--model M] [--slices] [--reliability FILE.svg] [--json] | --gate [--card FILE.md] [--model M]',
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
    const config = await configFrom(args, io, { sources: [] });
    const models = modelsFrom(args, config);
    const files = fileOptions(args, 'set', io.cwd, 'evaluate needs --set FILE.jsonl with labelled rows.');
    const classifier = await loadClassifier(modelOptions(models));
    const report = await evaluate(classifier, readAll(files), {
      set: files.join(','),
      clock: systemClock,
      scoreMentions: mentionScorer(classifier),
    });
    const details = await evaluateDetails(args, io, classifier, files);
    await classifier.close();
    io.out(
      flag(args, 'json')
        ? `${JSON.stringify({ ...report, ...details.json })}\n`
        : table(report) + details.text,
    );
    return 0;
  },
};

async function* readAll(files: readonly string[]): AsyncGenerator<LabelledRow> {
  for (const file of files) yield* readLabelledRows(file);
}

/** Judges companies as the service does: by the model itself where it can, or else by the sentences that name them. */
function mentionScorer(classifier: Classifier): ScoreMentions {
  const split = createSentenceSplitter();
  return async ({ text, lang, entities }) => {
    const lower = text.toLowerCase();
    const places = entities.map(({ name }) => lower.indexOf(name.toLowerCase()));
    const mentions = places.map((at, index) =>
      at < 0 ? [] : [[at, at + (entities[index]?.name.length ?? 0)] as const],
    );
    const [whole] = await classifier.classify([{ text, language: lang, mentions }]);
    const sentences = split(text, lang);
    const labels: (SentimentLabel | null)[] = [];
    for (const [index, at] of places.entries()) {
      const judged = whole?.mentions?.[index] ?? null;
      const [start, end] = sentences.find((span) => at >= span[0] && at < span[1]) ?? [0, text.length];
      if (at < 0) labels.push(null);
      else if (judged !== null) labels.push(judged.label);
      else labels.push(await labelOf(text.slice(start, end), lang));
    }
    return labels;
  };

  async function labelOf(text: string, language: string): Promise<SentimentLabel | null> {
    const [answer] = await classifier.classify([{ text, language, sentimentOnly: true }]);
    return answer?.sentiment.label ?? null;
  }
}

function table(report: EvaluateReport): string {
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
  lines.push(`speed      ${Math.round(report.docsPerSecond)} rows a second, one thread`);
  return `${lines.join('\n')}\n`;
}
