import { fileURLToPath } from 'node:url';

import { insistOnAnswers } from '../../models/evaluation/insist-on-answers.js';
import { loadClassifier, type LoadOptions } from '../../models/load-classifier.js';
import { packageRoot } from '../app/package-root.js';
import { modelOptions } from '../app/understanding.js';
import type { Classifier } from '../core/model.js';
import type { CommandArguments, CommandIo } from './command.js';
import { modelsFrom } from './model-option.js';
import { configFrom } from './open-config.js';

/**
 * Loads a model without a cache, gives it to `use`, and gives its threads back whatever comes of it. Every text is answered or
 * `classify` rejects (`insistOnAnswers`). Rejects as `loadClassifier` does.
 */
export async function withJudged<Result>(
  options: LoadOptions,
  use: (model: Classifier) => Promise<Result>,
): Promise<Result> {
  const model = insistOnAnswers(await loadClassifier(withoutCache(options)));
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

/**
 * The same options without a cache of answers: what comes out of it says nothing of speed, nor whether a text is scored alone as it
 * was in a batch. Hosts of `models.remote` keep theirs.
 */
export function withoutCache(options: LoadOptions): LoadOptions {
  return { ...options, encoder: { ...options.encoder, cacheMiB: 0 } };
}

/** Judges the model that the arguments or the configuration name; see `withJudged`. */
export async function withModel<Result>(
  args: CommandArguments,
  io: CommandIo,
  use: (model: Classifier) => Promise<Result>,
): Promise<Result> {
  return withJudged(modelOptions(modelsFrom(args, await configFrom(args, io, { sources: [] }))), use);
}

/** A file or folder that comes with the program, such as `models/evaluation/behaviour/en.jsonl`. */
export function inPackage(path: string): string {
  return fileURLToPath(new URL(path, packageRoot()));
}

/** The behavioural suite that comes with the program. */
export function suiteFiles(): readonly string[] {
  return ['en', 'zh'].map((language) => inPackage(`models/evaluation/behaviour/${language}.jsonl`));
}
