import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import type { EncoderSettings } from '../../models/encoder/load-encoder.js';
import { parseEncoderManifest, servedLanguages } from '../../models/encoder/manifest.js';
import { toNetworkInput } from '../../models/encoder/to-network-input.js';
import { parseTokenizer } from '../../models/encoder/tokenizer/parse-tokenizer.js';
import { createWordPiece } from '../../models/encoder/tokenizer/word-piece.js';
import { loadClassifier, type LoadOptions } from '../../models/load-classifier.js';
import { modelOptions } from '../../pipeline/app/understanding.js';
import type { Classifier } from '../../pipeline/core/model.js';
import type { Figure } from './figures.js';
import { createTexts, type NamedCompany } from './texts.js';
import { measureTorch, PYTHON_MISSING, type TorchReport } from './torch.js';

export interface EncoderBenchOptions {
  readonly companies: readonly NamedCompany[];
  readonly seed: number;
  readonly batch: number | undefined;
  /** Folder of models; left out, that of this package. */
  readonly models: string | undefined;
  readonly model: string;
  /** An interpreter with torch and transformers. */
  readonly python: string | undefined;
  readonly tell: (words: string) => void;
}

const TEXTS = 4_096;
const BATCH = 32;
/** Before and after PyTorch, so that a machine that changes its pace shows; the median counts. */
const ROUNDS = 3;
const SERVED_AT_LEAST = 1_500;
/** How many times PyTorch's speed with BERT-base, FinBERT's size. */
const TIMES_AT_LEAST = { fp32: 15, bf16: 8 } as const;

/**
 * Invented English headlines from text to scores, without memory of texts that come again, and PyTorch on as many processors
 * with networks of the same and of FinBERT's size on texts of as many tokens, without a tokenizer: in one run.
 */
export async function benchEncoder(options: EncoderBenchOptions): Promise<readonly Figure[]> {
  const { tell, batch = BATCH, python } = options;
  const processors = availableParallelism();
  const texts = headlines(options);
  const named = namedModel(options, processors);
  const lengths = await tokensOf(texts, join(named.directory, options.model));
  const classifier = await loadClassifier(named);
  try {
    tell(`${options.model} on ${processors} processors`);
    const before = await servedRates(classifier, texts);
    tell(python === undefined ? PYTHON_MISSING : 'PyTorch on as many');
    const torch =
      python === undefined
        ? null
        : await measureTorch({
            python,
            models: ['encoder', 'bert-base'],
            batches: [batch],
            lengths,
            device: 'cpu',
            threads: processors,
          });
    const rates = [...before, ...(await servedRates(classifier, texts))].sort((a, b) => a - b);
    return encoderFigures(rates[Math.floor(rates.length / 2)] ?? 0, { rates, lengths, torch });
  } finally {
    await classifier.close();
  }
}

/**
 * Megabytes by which this process grows for each worker, tokenizers and the texts on their way counted in: more than the worker
 * alone. Ask before anything else has grown here.
 */
export async function workerMegabytes(options: EncoderBenchOptions): Promise<number> {
  const workers = availableParallelism();
  const texts = headlines(options);
  const before = process.memoryUsage.rss();
  const classifier = await loadClassifier(namedModel(options, workers));
  try {
    await servedRates(classifier, texts);
    return (process.memoryUsage.rss() - before) / 1e6 / workers;
  } finally {
    await classifier.close();
  }
}

/** The hash by which the gate knows the model. */
export async function modelHash(options: EncoderBenchOptions): Promise<string> {
  const classifier = await loadClassifier(namedModel(options, 1));
  await classifier.close();
  return classifier.model.sha256;
}

function namedModel(
  { model, models, batch = BATCH }: Pick<EncoderBenchOptions, 'model' | 'models' | 'batch'>,
  workers: number,
): LoadOptions {
  const encoder: EncoderSettings = {
    device: 'cpu',
    gpuPrecision: 'fp32',
    workers,
    threads: 1,
    maxBatch: batch,
    maxAgeMs: 0,
    deadlineMs: 60_000,
    cacheMiB: 0,
  };
  return modelOptions({ sentiment: model, directory: models ?? null, encoder });
}

export interface EncoderMeasured {
  /** Of each round, least first. */
  readonly rates: readonly number[];
  readonly lengths: readonly number[];
  readonly torch: TorchReport | null;
}

/** The table; without PyTorch the ratios stand there as not measured, which keeps no limit. */
export function encoderFigures(
  served: number,
  { rates, lengths, torch }: EncoderMeasured,
): readonly Figure[] {
  const rateOf = (kind: string) =>
    torch?.rates.find((rate) => rate.model === 'bert-base' && rate.kind === kind)?.textsPerSecond ?? null;
  const ratios = (['fp32', 'bf16'] as const).map((kind): Figure => {
    const rate = rateOf(kind);
    const value = rate === null ? null : served / rate;
    const name = `served, times PyTorch BERT-base ${kind}`;
    return { name, value, unit: '×', limit: TIMES_AT_LEAST[kind], atLeast: true };
  });
  const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  return [
    { name: 'tokens a text, mean', value: mean, unit: '' },
    { name: 'served, text to scores', value: served, unit: 'docs/s', limit: SERVED_AT_LEAST, atLeast: true },
    { name: 'served, slowest and fastest round', value: spread(rates), unit: 'docs/s' },
    ...(torch === null
      ? [{ name: PYTHON_MISSING, value: null, unit: '' }]
      : torch.rates.map(({ model, kind, textsPerSecond }) => ({
          name: `PyTorch ${torch.torch} ${model} ${kind}, ${torch.device}`,
          value: textsPerSecond,
          unit: 'docs/s',
        }))),
    ...ratios,
  ];
}

function spread(rates: readonly number[]): string {
  return `${Math.round(rates[0] ?? 0)} to ${Math.round(rates.at(-1) ?? 0)}`;
}

function headlines({ companies, seed }: EncoderBenchOptions): readonly string[] {
  const documentAt = createTexts({ seed, companies, characters: 100 });
  const texts: string[] = [];
  for (let index = 0; texts.length < TEXTS; index += 1) {
    const { title } = documentAt(index, 0);
    if (!/\p{Script=Han}/u.test(title)) texts.push(title);
  }
  return texts;
}

/** Tokens of each text as the English network reads it. */
export async function tokensOf(texts: readonly string[], folder: string): Promise<readonly number[]> {
  const manifest = parseEncoderManifest(
    JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')),
    folder,
  );
  const served = servedLanguages(manifest).find(([language]) => language === 'en')?.[1];
  if (served === undefined) throw new Error(`${folder} has no network for English.`);
  const tokenizer = parseTokenizer(await readFile(join(folder, served.tokenizer), 'utf8'), served.tokenizer);
  const tokenizers = new Map([[served.tokenizer, createWordPiece(tokenizer)]]);
  return texts.map((text) => toNetworkInput({ text }, served, tokenizers).ids.length);
}

async function servedRates(classifier: Classifier, texts: readonly string[]): Promise<readonly number[]> {
  const inputs = texts.map((text) => ({ text, language: 'en' }));
  const rates: number[] = [];
  // One round more than counts: the first one warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const began = performance.now();
    await classifier.classify(inputs);
    if (round > 0) rates.push(inputs.length / ((performance.now() - began) / 1_000));
  }
  return rates;
}
