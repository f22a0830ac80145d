import { fileURLToPath } from 'node:url';

import type { TextModel } from '../../models/evaluation/text-model.js';
import { loadClassifier } from '../../models/load-classifier.js';
import { packageRoot } from '../app/package-root.js';
import { modelOptions } from '../app/understanding.js';
import type { CommandArguments, CommandIo } from './command.js';
import { modelsFrom } from './model-option.js';
import { configFrom } from './open-config.js';

/** Runs `use` with the model that the arguments or the configuration name, and gives its threads back whatever comes of it. */
export async function withModel<Result>(
  args: CommandArguments,
  io: CommandIo,
  use: (model: TextModel) => Promise<Result>,
): Promise<Result> {
  const models = modelsFrom(args, await configFrom(args, io, { sources: [] }));
  const model: TextModel = await loadClassifier(modelOptions(models));
  try {
    return await use(model);
  } finally {
    await model.close?.();
  }
}

/** A file or folder that comes with the program, such as `models/evaluation/behaviour/en.jsonl`. */
export function inPackage(path: string): string {
  return fileURLToPath(new URL(path, packageRoot()));
}

/** The behavioural suite that comes with the program. */
export function suiteFiles(): readonly string[] {
  return ['en', 'zh'].map((language) => inPackage(`models/evaluation/behaviour/${language}.jsonl`));
}
