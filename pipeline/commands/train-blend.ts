import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

import { readTrainingRecord } from '../../models/evaluation/release/training-record.js';
import { loadClassifier } from '../../models/load-classifier.js';
import { tryBlends, type BlendRow, type BlendTrial } from '../../models/training/fit-blend.js';
import { modelOptions } from '../app/understanding.js';
import { ConfigError } from '../core/errors.js';
import { SENTIMENT_LABELS } from '../core/taxonomy.js';
import { choiceOption, noPositionals, textOption } from './arguments.js';
import type { Command, CommandArguments, CommandIo } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

/** Of a set, the first ones: enough to choose by. */
const ROWS_A_SET = 1_000;
/** Less says nothing. */
const ROWS_AT_LEAST = 100;
/** Of the encoder's own sets the rows that no run learns from. */
const KEPT_FOLD = 0;
const labels = z.array(z.enum(SENTIMENT_LABELS));
const rowSchema = z.object({
  text: z.string(),
  language: z.string(),
  set: z.string(),
  fold: z.int(),
  sentiment: z.object({ right: labels, allowed: labels }).nullable(),
});

export const trainBlendCommand: Command = {
  name: 'train blend',
  summary: 'What a share of a lighter model is worth to an encoder, on rows that neither has learned from.',
  usage:
    '--rows FILE.jsonl --language en|zh --with lexicon|ngram|ngram-research --models-directory DIR [--model encoder|encoder-research]',
  options: {
    rows: {
      type: 'string',
      value: 'FILE.jsonl',
      doc: 'The train.jsonl of "train rows --sets all". Dev rows judge and choose nothing.',
    },
    language: { type: 'string', value: 'en|zh', doc: 'Which network.' },
    with: { type: 'string', value: 'lexicon|ngram|ngram-research', doc: 'The model that may have a share.' },
    model: { type: 'string', value: 'encoder|encoder-research', doc: 'The encoder; default encoder.' },
    'models-directory': {
      type: 'string',
      value: 'DIR',
      doc: 'Holds the encoder, written without --blend for that language.',
    },
    config: CONFIG_OPTIONS.config,
  },
  examples: [
    'bellwether train blend --rows /tmp/rows/train.jsonl --language en --with lexicon --models-directory /tmp/models',
  ],
  async run(args, io) {
    noPositionals(args, 'train blend');
    io.out(table(await measure(args, io)));
    return 0;
  },
};

async function measure(args: CommandArguments, io: CommandIo): Promise<readonly BlendTrial[]> {
  const language = choiceOption(args, 'language', ['en', 'zh']);
  const other = choiceOption(args, 'with', ['lexicon', 'ngram', 'ngram-research']);
  const [file, models] = [textOption(args, 'rows'), textOption(args, 'models-directory')];
  if (language === null || other === null || file === null || models === null)
    throw new ConfigError('usage', 'train blend needs --rows, --language, --with and --models-directory.');
  const name = choiceOption(args, 'model', ['encoder', 'encoder-research']) ?? 'encoder';
  const config = await configFrom(args, io, { sources: [] });
  const directory = resolve(io.cwd, models);
  await requireUnblended(join(directory, name, 'model.json'), language);
  const seen = { ours: await setsOf(directory, name), other: await setsOf(directory, other) };
  const rows = await readRows(resolve(io.cwd, file), { language, seen });
  const load = (sentiment: string) =>
    loadClassifier(modelOptions({ ...config.models, sentiment, directory }));
  const classifiers = [await load(name), await load(other)] as const;
  try {
    return await tryBlends(rows, classifiers);
  } finally {
    for (const classifier of classifiers) await classifier.close();
  }
}

async function setsOf(directory: string, name: string): Promise<ReadonlySet<string>> {
  return new Set((await readTrainingRecord(directory, name)).sets);
}

/** Answers that are blended already would be blended twice. */
async function requireUnblended(path: string, language: 'en' | 'zh'): Promise<void> {
  const json = z
    .looseObject({ languages: z.record(z.string(), z.looseObject({ blend: z.unknown().optional() })) })
    .safeParse(JSON.parse(await readFile(path, 'utf8')));
  const entry = json.data?.languages[language];
  if (entry === undefined || 'ladder' in entry || entry.blend !== undefined)
    throw new ConfigError(
      'usage',
      `${path}: ${language} must have a network and no "blend"; write the folder without --blend.`,
    );
}

/** Rows of sets that the other model has not seen, and of those that the encoder has, its kept fold. */
async function readRows(
  path: string,
  {
    language,
    seen,
  }: {
    readonly language: string;
    readonly seen: { readonly ours: ReadonlySet<string>; readonly other: ReadonlySet<string> };
  },
): Promise<readonly BlendRow[]> {
  const bySet = new Map<string, BlendRow[]>();
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const { sentiment, fold, ...row } = rowSchema.parse(JSON.parse(line));
    if (sentiment === null || row.language !== language || seen.other.has(row.set)) continue;
    if (seen.ours.has(row.set) && fold !== KEPT_FOLD) continue;
    const rows = bySet.get(row.set) ?? [];
    bySet.set(row.set, rows);
    if (rows.length < ROWS_A_SET) rows.push({ ...row, ...sentiment });
  }
  const rows = [...bySet.values()].filter((several) => several.length >= ROWS_AT_LEAST).flat();
  if (rows.length === 0)
    throw new ConfigError('usage', `${path} has no ${language} rows that neither model has learned from.`);
  return rows;
}

/** Markdown: the accuracy of each set, and the loss by which a share is chosen. */
function table(trials: readonly BlendTrial[]): string {
  const sets = [...(trials[0]?.accuracy.keys() ?? [])].sort();
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const best = trials.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
  return [
    line(['weight', 'temperature', 'log loss', ...sets]),
    line(['weight', 'temperature', 'log loss', ...sets].map(() => '---')),
    ...trials.map(({ weight, temperature, logLoss, accuracy }) =>
      line([
        weight.toFixed(1),
        temperature.toFixed(2),
        logLoss.toFixed(4),
        ...sets.map((set) => (accuracy.get(set) ?? NaN).toFixed(3)),
      ]),
    ),
    `\nLeast loss: weight ${best.weight.toFixed(1)}, temperature ${best.temperature.toFixed(2)}.\n`,
  ].join('');
}
