import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, RejectedError } from '../../pipeline/core/errors.js';
import type { ModelVersion } from '../../pipeline/core/scored.js';
import { CERTAINTIES } from '../../pipeline/core/scored.js';
import { SENTIMENT_LABELS, TOPIC_IDS } from '../../pipeline/core/taxonomy.js';
import { ENCODER_FORMAT, type EncoderManifest, type ServedLanguage } from '../encoder/manifest.js';
import { openNetwork } from '../encoder/runtime/network.js';
import { toClassification } from '../encoder/to-classification.js';
import { toNetworkInput } from '../encoder/to-network-input.js';
import { parseTokenizer } from '../encoder/tokenizer/parse-tokenizer.js';
import { createWordPiece } from '../encoder/tokenizer/word-piece.js';
import { GOLDEN_SENTENCES } from '../golden-sentences.js';
import { loadClassifier, type LoadOptions } from '../load-classifier.js';
import { textKind } from '../ngram/text-kind.js';
import { labelOrder } from './label-order.js';

export interface ImportOptions extends Omit<LoadOptions, 'name'> {
  readonly name: `imported-${string}`;
  /** Holds an ONNX file, `config.json` with `id2label`, and `tokenizer.json`. */
  readonly source: string;
  readonly language: 'en' | 'zh';
  /** The output of the model that holds the logits; exporters call it `logits`. */
  readonly output: string;
  /** Under which the model is used; nothing is served without one. */
  readonly licence: string;
}

/** Where exporters put the model, best first. */
const MODEL_PLACES = ['model.onnx', 'onnx/model.onnx', 'model_quantized.onnx', 'onnx/model_quantized.onnx'];
const TOKENIZER = 'tokenizer.json';
/** More costs time and says little: headlines and leads are shorter. */
const MOST_TOKENS = 128;
/** Another of our models serves the other language and gives the topics. */
const BELOW = 'ngram';

/**
 * Takes a BERT of somebody else's into the folder of models, and proves that it can serve.
 *
 * Its label map comes from `config.json`; its outputs on the golden sentences are written down, so that it is the same one
 * later. Rejects with `model_missing`, `model_labels`, `model_format` or `model_golden`, each naming file and reason, and with
 * ConfigError `model_exists`; nothing is left behind then.
 */
export async function importModel(options: ImportOptions): Promise<ModelVersion> {
  const folder = join(options.directory, options.name);
  if (existsSync(folder)) {
    throw new ConfigError('model_exists', `${folder} is there already; remove it, or choose another name.`);
  }
  const files = await readSource(options.source);
  const order = labelOrder(files.config['id2label'], join(options.source, 'config.json'));
  const served: ServedLanguage = {
    model: 'model.onnx',
    tokenizer: TOKENIZER,
    maxTokens: Math.min(MOST_TOKENS, positions(files.config)),
    calibration: { news: PLAIN, post: PLAIN },
    topicThreshold: 0.5,
    foreign: { output: options.output, order, topics: BELOW },
  };
  const golden = await answerGolden(options, served, files);
  const manifest = toManifest(options, served, { ...files, golden });
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(join(folder, served.model), files.model);
    await writeFile(join(folder, TOKENIZER), files.tokenizer);
    await writeFile(join(folder, 'model.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    const classifier = await loadClassifier(options);
    await classifier.close();
    return classifier.model;
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

const PLAIN: ServedLanguage['calibration']['news'] = { temperature: 1, bias: [0, 0, 0] };

interface SourceFiles {
  readonly model: Buffer;
  readonly tokenizer: Buffer;
  readonly config: Readonly<Record<string, unknown>>;
}

async function readSource(source: string): Promise<SourceFiles> {
  const place = MODEL_PLACES.find((each) => existsSync(join(source, each)));
  if (place === undefined) {
    throw new ConfigError('model_missing', `${source} holds none of ${MODEL_PLACES.join(', ')}.`);
  }
  const read = (name: string) =>
    readFile(join(source, name)).catch((cause: unknown) => {
      throw new ConfigError('model_missing', `The model file ${join(source, name)} cannot be read.`, {
        cause,
      });
    });
  const text = (await read('config.json')).toString('utf8');
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw new RejectedError('model_format', `${join(source, 'config.json')}: it is not valid JSON.`, {
      cause,
    });
  }
  return {
    model: await read(place),
    tokenizer: await read(TOKENIZER),
    config: typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {},
  };
}

function positions({ max_position_embeddings: most }: Readonly<Record<string, unknown>>): number {
  return typeof most === 'number' && Number.isInteger(most) && most >= 8 ? most : MOST_TOKENS;
}

async function answerGolden(
  { language }: ImportOptions,
  served: ServedLanguage,
  { model, tokenizer }: SourceFiles,
): Promise<EncoderManifest['golden']> {
  const tokenizers = new Map([
    [TOKENIZER, createWordPiece(parseTokenizer(tokenizer.toString('utf8'), TOKENIZER))],
  ]);
  const texts = GOLDEN_SENTENCES.filter((sentence) => sentence.language === language);
  const network = await openNetwork({ language: served, model, threads: 1, device: 'cpu' });
  try {
    const outputs = await network.run(texts.map((text) => toNetworkInput(text, served, tokenizers)));
    return texts.flatMap(({ text }, index) => {
      const output = outputs[index];
      if (output === undefined) return [];
      const kind = textKind(text);
      const { sentiment } = toClassification(output, served, { kind, topics: [...TOPIC_IDS] });
      const { negative, neutral, positive } = sentiment;
      return [
        { text, language, kind, probabilities: [negative, neutral, positive] as [number, number, number] },
      ];
    });
  } finally {
    await network.close();
  }
}

function toManifest(
  { name, language, licence }: ImportOptions,
  served: ServedLanguage,
  files: SourceFiles & Pick<EncoderManifest, 'golden'>,
): EncoderManifest {
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const hashes = { [served.model]: hash(files.model), [TOKENIZER]: hash(files.tokenizer) };
  const below = { ladder: BELOW };
  return {
    format: ENCODER_FORMAT,
    formatVersion: 1,
    name,
    version: hash(Buffer.from(Object.values(hashes).join(''))).slice(0, 12),
    labels: [...SENTIMENT_LABELS],
    topics: [...TOPIC_IDS],
    certainties: [...CERTAINTIES],
    files: hashes,
    languages: language === 'en' ? { en: served, zh: below } : { en: below, zh: served },
    golden: files.golden,
    shippable: false,
    licence,
  };
}
