import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { trainNgram, type TrainReport } from '../../models/training/train-ngram.js';
import { trainCandidate, type CandidateOptions } from '../app/model-life/train-candidate.js';
import { listLabelsOperation } from '../app/operations/labels.js';
import { packageRoot } from '../app/package-root.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { choiceOption, flag, noPositionals, numberOption, textOption } from './arguments.js';
import type { Command, CommandArguments, CommandIo } from './command.js';
import { personOf, personOption } from './labels-options.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { runOperation } from './run-operation.js';
import { findInstallation } from './with-installation.js';

export const trainNgramCommand: Command = {
  name: 'train ngram',
  summary: 'Trains the n-gram model: sentiment and topics, English and Chinese. A few minutes of one core.',
  usage:
    '--sets shippable|all [--with-labels --as WHO [--data DIR]] [--data-directory DIR] [--output DIR] [--seed N] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    ...personOption(
      'With --with-labels: who trains; the audit keeps the name, and approving may be for somebody else.',
    ),
    'with-labels': {
      type: 'boolean',
      doc: 'With the labels of an installation: makes a candidate in its data folder, see "models approve".',
    },
    sets: {
      type: 'string',
      value: 'shippable|all',
      doc: 'shippable: only sets whose licence lets a model be shipped ("ngram"). all: "ngram-research".',
    },
    'data-directory': {
      type: 'string',
      value: 'DIR',
      doc: 'Holds labelled/NAME/train.jsonl; default ../shared/data.',
    },
    output: { type: 'string', value: 'DIR', doc: 'Where the artefact is written; default models/artifacts.' },
    seed: { type: 'string', value: 'N', doc: 'Default 1; the same seed and data give the same model.' },
    json: { type: 'boolean', doc: 'The whole report as one line of JSON.' },
  },
  examples: ['bellwether train ngram --sets shippable'],
  async run(args, io) {
    noPositionals(args, 'train ngram');
    const sets = choiceOption(args, 'sets', ['shippable', 'all']);
    if (sets === null) throw new ConfigError('usage', 'train ngram needs --sets shippable or --sets all.');
    const inPackage = (path: string) => fileURLToPath(new URL(path, packageRoot()));
    const training = {
      sets,
      dataDirectory: resolve(io.cwd, textOption(args, 'data-directory') ?? '../shared/data'),
      ownTextsDirectory: inPackage('models/training/own-texts'),
      seed: numberOption(args, 'seed', { min: 0, max: 4_294_967_295, whole: true }) ?? 1,
      clock: systemClock,
      onProgress: io.words,
    };
    const outputDirectory = resolve(io.cwd, textOption(args, 'output') ?? inPackage('models/artifacts'));
    const report = flag(args, 'with-labels')
      ? await trainWithLabels(training, args, io)
      : await trainNgram({ ...training, outputDirectory });
    io.words(
      `${report.name}: ${report.rows} rows, ${(report.bytes / 1e6).toFixed(1)} MB in ${report.directory}`,
    );
    const figures = Object.entries(report.dev).map(([set, { sentiment, topic }]) => {
      const first =
        sentiment === null
          ? ''
          : `macro-F1 ${sentiment.macroF1.toFixed(3)}  ECE ${sentiment.ece.toFixed(3)}  `;
      return `${set.padEnd(22)} ${first}${topic === null ? '' : `topic accuracy ${topic.accuracy.toFixed(3)}`}`;
    });
    io.out(flag(args, 'json') ? `${JSON.stringify(report)}\n` : `${figures.join('\n')}\n`);
    return 0;
  },
};

async function trainWithLabels(
  training: Omit<CandidateOptions, 'dataDir' | 'said' | 'by'>,
  args: CommandArguments,
  io: CommandIo,
): Promise<TrainReport> {
  if (textOption(args, 'output') !== null)
    throw new ConfigError(
      'usage',
      'With --with-labels the candidate goes to the data folder; leave --output out.',
    );
  const by = personOf(args, 'as');
  const installation = await findInstallation(args, io);
  const said = await runOperation(listLabelsOperation, { texts: 'settled' }, installation, io);
  const { candidate, report } = await trainCandidate({
    ...training,
    dataDir: installation.dataDir,
    said,
    by,
  });
  const { id, labels } = candidate;
  io.words(
    `Candidate ${id} has learnt from ${labels.texts} labelled texts (agreement ${labels.agreement.toFixed(2)}). Next: bellwether models compare ${id}`,
  );
  return report;
}
