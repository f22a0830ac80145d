import {
  measureFaithfulness,
  type Explain,
  type FaithfulnessReport,
} from '../../models/evaluation/faithfulness.js';
import { readLabelledRows } from '../../models/evaluation/read-labelled-rows.js';
import { explainByDeletion, type DeletionOptions } from '../../models/explanation/explain-by-deletion.js';
import { explainByProbe, SERVED_TOKENS } from '../../models/explanation/explain-by-probe.js';
import type { Classifier, ClassifierInput } from '../core/model.js';
import { fileOptions, flag, noPositionals, numberOption } from './arguments.js';
import type { Command } from './command.js';
import { withModel } from './evaluation-model.js';
import { MODEL_OPTION } from './model-option.js';
import { CONFIG_OPTIONS } from './open-config.js';

const DEFAULT_TEXTS = 500;
/** Answers for one explanation of the methods that are not served. */
const MAX_ASKED = 48;

export const evaluateFaithfulnessCommand: Command = {
  name: 'evaluate faithfulness',
  summary:
    'Leaves out the words that explanations name, and random ones, and measures what the answers lose (ERASER).',
  usage: '--set FILE.jsonl [--set FILE.jsonl …] [--model M] [--texts N] [--json]',
  options: {
    set: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      doc: 'Rows with text and lang; labels are not looked at.',
    },
    ...MODEL_OPTION,
    texts: {
      type: 'string',
      value: 'N',
      doc: `So many texts that are not neutral are explained at most (${DEFAULT_TEXTS}).`,
    },
    config: CONFIG_OPTIONS.config,
    json: { type: 'boolean', doc: 'The whole report as one line of JSON.' },
  },
  examples: ['bellwether evaluate faithfulness --model ngram --set ../shared/data/labelled/tfns/dev.jsonl'],
  async run(args, io) {
    noPositionals(args, 'evaluate faithfulness');
    const files = fileOptions(
      args,
      'set',
      io.cwd,
      'evaluate faithfulness needs --set FILE.jsonl with texts.',
    );
    const maxTexts = numberOption(args, 'texts', { min: 1, max: 100_000, whole: true }) ?? DEFAULT_TEXTS;
    const report = await withModel(args, io, (classifier) =>
      measureFaithfulness(inputsOf(files), {
        model: classifier.model,
        classify: (inputs) => classifier.classify(inputs),
        methods: methodsOf(classifier),
        set: files.join(','),
        maxTexts,
      }),
    );
    io.out(flag(args, 'json') ? `${JSON.stringify(report)}\n` : table(report));
    return 0;
  },
};

async function* inputsOf(files: readonly string[]): AsyncGenerator<ClassifierInput> {
  for (const file of files)
    for await (const { text, lang } of readLabelledRows(file)) yield { text, language: lang };
}

/** As served: the model's own sums, where it has them. Beside it what needs many more answers. */
function methodsOf(classifier: Classifier): Readonly<Record<string, Explain>> {
  const classify = (inputs: readonly ClassifierInput[]) => classifier.classify(inputs);
  const byDeletion =
    (method: DeletionOptions['method']): Explain =>
    (input) =>
      explainByDeletion(input, classify, { method, maxTexts: MAX_ASKED });
  return {
    served: async (input) =>
      (await classifier.explain(input)) ??
      (await explainByProbe(input, classify, SERVED_TOKENS))?.explanation ??
      null,
    shapley: byDeletion('shapley'),
    'leave-one-out': byDeletion('leave-one-out'),
  };
}

function table({ model, set, n, skipped, methods }: FaithfulnessReport): string {
  const figure = (value: number) => value.toFixed(3);
  const lines = [
    `${model.name} ${model.version}: ${n} texts of ${set} explained; ${skipped} neutral or too short for it`,
    'Loss of probability without the strongest words (comprehensiveness, high is good) and with them alone (sufficiency, low is good)',
  ];
  for (const [name, { comprehensiveness, sufficiency, curve }] of Object.entries(methods)) {
    const points = curve.map(({ share, loss }) => `${Math.round(100 * share)} % ${figure(loss)}`).join('  ');
    lines.push(
      `  ${name.padEnd(14)} comprehensiveness ${figure(comprehensiveness)}  sufficiency ${figure(sufficiency)}   without ${points}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
