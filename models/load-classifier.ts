import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, RejectedError, UnavailableError } from '../pipeline/core/errors.js';
import type { Classifier } from '../pipeline/core/model.js';
import { loadEncoder, type EncoderObserver, type EncoderSettings } from './encoder/load-encoder.js';
import { ENCODER_FORMAT } from './encoder/manifest.js';
import { GOLDEN_SENTENCES } from './golden-sentences.js';
import { createLexiconClassifier } from './lexicon/lexicon-classifier.js';
import { isModelName, trainingGuide, type ModelName } from './model-names.js';
import { loadRemote, type RemoteOptions } from './remote/load-remote.js';
import { parseArtefact } from './ngram/artefact.js';
import { createNgramClassifier } from './ngram/ngram-classifier.js';

export interface LoadOptions {
  readonly name: ModelName;
  /** The folder that holds one folder for each artefact. */
  readonly directory: string;
  /** Of the weights that must lie there; null or left out takes any. Other machines are not held to it. */
  readonly sha256?: string | null;
  /** How an encoder runs, where the model is one. */
  readonly encoder: EncoderSettings;
  /** Threads of an encoder that had nothing to do for so long are ended until they are needed; null, the default, keeps them. */
  readonly idleMs?: number | null;
  readonly observer?: ModelObserver;
  /** Other machines that serve a model; asked when it is this one. */
  readonly remote?: RemoteOptions | null;
}

/** What is worth telling about a model at work. */
export interface ModelObserver extends EncoderObserver {
  /** A host that classifies for us was lost, with the reason, or is back (null). */
  remote(host: string, problem: string | null): void;
}

/** For who does not want to know. */
export const NO_OBSERVER: ModelObserver = {
  batch: () => undefined,
  restarted: () => undefined,
  startFailed: () => undefined,
  cacheHits: () => undefined,
  separated: () => undefined,
  device: () => undefined,
  remote: () => undefined,
};

/**
 * Loads a model and proves that it is whole and puts its labels in the right order.
 *
 * Rejects with ConfigError `model_missing` when there is no such artefact, and with RejectedError `model_format`,
 * `model_truncated`, `model_corrupt`, `model_exchanged` or `model_golden`, each naming the file and the reason. Memory: the weights, below 8 MB
 * of an n-gram model; for an encoder see `loadEncoder`, for one on other machines `loadRemote`. Close it when it is not needed any more.
 */
export async function loadClassifier(options: LoadOptions): Promise<Classifier> {
  const { remote } = options;
  if (remote?.name === options.name) return loadChecked(remote, options.observer ?? NO_OBSERVER);
  if (options.name === 'lexicon') return createLexiconClassifier();
  const folder = join(options.directory, options.name);
  if (!existsSync(folder)) throw absent(options.name, folder);
  const manifestText = (await readArtefactFile(join(folder, 'model.json'))).toString('utf8');
  const manifestJson = parseJson(manifestText, folder);
  const classifier =
    formatOf(manifestJson) === ENCODER_FORMAT
      ? await loadEncoder({
          folder,
          manifestText,
          manifestJson,
          settings: options.encoder,
          idleMs: options.idleMs ?? null,
          observer: options.observer ?? NO_OBSERVER,
          loadLadder: (name) => loadLadder(name, options, folder),
        })
      : await loadNgram(manifestText, folder);
  try {
    if (classifier.model.name !== options.name) {
      throw new RejectedError('model_format', `${folder}: model.json is that of "${classifier.model.name}".`);
    }
    requireWeights(classifier, options.sha256 ?? null, folder);
    await checkGoldenSentences(classifier, folder);
    return classifier;
  } catch (error) {
    await classifier.close();
    throw error;
  }
}

/** A folder whose manifest names its own weights is sound, whoever has put it there. */
function requireWeights({ model }: Classifier, sha256: string | null, folder: string): void {
  if (sha256 === null || model.sha256 === sha256) return;
  throw new RejectedError(
    'model_exchanged',
    `${folder}: these are not the weights that were trained and approved here (SHA-256 ${model.sha256}, not ${sha256}). Restore the folder from a backup, or go back to the model before: bellwether models rollback --by WHO.`,
  );
}

async function loadChecked(remote: RemoteOptions, observer: ModelObserver): Promise<Classifier> {
  const problems = new Map<string, string | null>();
  const classifier = await loadRemote(remote, (host, problem) => {
    problems.set(host, problem);
    observer.remote(host, problem);
  });
  try {
    await checkGoldenSentences(classifier, remote.urls.join(', '));
  } catch (cause) {
    if (!(cause instanceof UnavailableError)) throw cause;
    // What the hosts did says more than that they did not answer.
    const words = [cause.message, ...[...problems.values()].filter((problem) => problem !== null)];
    throw new UnavailableError(cause.code, words.join(' '), { cause, retriable: cause.retriable });
  }
  return classifier;
}

async function loadNgram(manifestText: string, folder: string): Promise<Classifier> {
  const weights = await readArtefactFile(join(folder, 'weights.bin'));
  return createNgramClassifier(parseArtefact(manifestText, weights, folder));
}

/** Below an encoder stands one of the models that need no network. */
async function loadLadder(name: string, options: LoadOptions, folder: string): Promise<Classifier> {
  if (!isModelName(name) || !['lexicon', 'ngram', 'ngram-research'].includes(name)) {
    throw new RejectedError(
      'model_format',
      `${folder}: model.json, languages: no encoder stands on "${name}".`,
    );
  }
  return loadClassifier({ ...options, name, sha256: null });
}

/**
 * Rejects with RejectedError `model_golden` when the classifier gets a sentence wrong that no usable model may, and with
 * UnavailableError `model_unanswered` when what runs it gives no answer.
 */
export async function checkGoldenSentences(classifier: Classifier, file: string): Promise<void> {
  const answers = await classifier.classify(GOLDEN_SENTENCES);
  for (const [index, golden] of GOLDEN_SENTENCES.entries()) {
    const label = answers[index]?.sentiment.label;
    if (answers[index]?.unanswered === true)
      throw new UnavailableError('model_unanswered', `${file}: no answer to "${golden.text}" in time.`, {
        retriable: true,
      });
    if (label !== golden.label) {
      const problem = `"${golden.text}" came out ${label ?? 'without a label'} instead of ${golden.label}`;
      throw new RejectedError('model_golden', `${file}: ${problem}; the label order is probably wrong.`);
    }
    const topic = answers[index]?.topics[0]?.topic;
    if (golden.topics.length === 0 || golden.topics.some((right) => right === topic)) continue;
    const problem = `"${golden.text}" has the topic ${topic ?? 'none'} instead of ${golden.topics.join(' or ')}`;
    throw new RejectedError(
      'model_golden',
      `${file}: ${problem}; the order of the topics is probably wrong.`,
    );
  }
}

function parseJson(text: string, folder: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RejectedError('model_format', `${folder}: model.json is not valid JSON.`, { cause });
  }
}

function formatOf(manifest: unknown): unknown {
  return typeof manifest === 'object' && manifest !== null && 'format' in manifest ? manifest.format : null;
}

/** Not every model of ours comes with the package: what may not be shipped is trained by whoever may use it. */
function absent(name: ModelName, folder: string): ConfigError {
  const training = trainingGuide(name);
  return new ConfigError(
    'model_missing',
    training === null
      ? `There is no folder ${folder}; "bellwether models import" makes it.`
      : `Not in this package (no folder ${folder}); ${training} says how to train one.`,
  );
}

async function readArtefactFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConfigError('model_missing', `The model file ${path} cannot be read.`, { cause });
  }
}
