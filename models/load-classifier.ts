import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, RejectedError } from '../pipeline/core/errors.js';
import type { Classifier } from '../pipeline/core/model.js';
import { GOLDEN_SENTENCES } from './golden-sentences.js';
import { createLexiconClassifier } from './lexicon/lexicon-classifier.js';
import { parseArtefact } from './ngram/artefact.js';
import { createNgramClassifier } from './ngram/ngram-classifier.js';

/** The models there are, weakest first. `-research` ones also saw sets whose licence does not let a model be shipped. */
export const MODEL_NAMES = ['lexicon', 'ngram', 'ngram-research'] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

export interface LoadOptions {
  readonly name: ModelName;
  /** The folder that holds one folder for each artefact. */
  readonly directory: string;
}

/**
 * Loads a model and proves that it is whole and puts its labels in the right order.
 *
 * Rejects with ConfigError `model_missing` when there is no such artefact, and with RejectedError `model_format`,
 * `model_truncated`, `model_corrupt` or `model_golden`, each naming the file and the reason. Memory: the weights, below 8 MB.
 */
export async function loadClassifier(options: LoadOptions): Promise<Classifier> {
  if (options.name === 'lexicon') return createLexiconClassifier();
  const folder = join(options.directory, options.name);
  const manifest = await readArtefactFile(join(folder, 'model.json'));
  const weights = await readArtefactFile(join(folder, 'weights.bin'));
  const artefact = parseArtefact(manifest.toString('utf8'), weights, folder);
  if (artefact.manifest.name !== options.name) {
    throw new RejectedError('model_format', `${folder}: model.json is that of "${artefact.manifest.name}".`);
  }
  const classifier = createNgramClassifier(artefact);
  await checkGoldenSentences(classifier, folder);
  return classifier;
}

/** Rejects with RejectedError `model_golden` when the classifier gets a sentence wrong that no usable model may. */
export async function checkGoldenSentences(classifier: Classifier, file: string): Promise<void> {
  const answers = await classifier.classify(GOLDEN_SENTENCES);
  for (const [index, golden] of GOLDEN_SENTENCES.entries()) {
    const label = answers[index]?.sentiment.label;
    if (label === golden.label) continue;
    const problem = `"${golden.text}" came out ${label ?? 'without a label'} instead of ${golden.label}`;
    throw new RejectedError('model_golden', `${file}: ${problem}; the label order is probably wrong.`);
  }
}

async function readArtefactFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConfigError('model_missing', `The model file ${path} cannot be read.`, { cause });
  }
}
