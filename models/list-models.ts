import { BellwetherError } from '../pipeline/core/errors.js';
import type { ModelVersion } from '../pipeline/core/scored.js';
import { loadClassifier, MODEL_NAMES, type ModelName } from './load-classifier.js';

/** A model and whether it can serve; `problem` says why not. */
export interface ListedModel {
  readonly name: ModelName;
  readonly model: ModelVersion | null;
  readonly problem: string | null;
}

/** Loads every model in turn and reports what came of it; rejects only for bugs. */
export async function listModels(directory: string): Promise<readonly ListedModel[]> {
  const listed: ListedModel[] = [];
  for (const name of MODEL_NAMES) listed.push(await tryModel(name, directory));
  return listed;
}

async function tryModel(name: ModelName, directory: string): Promise<ListedModel> {
  try {
    const classifier = await loadClassifier({ name, directory });
    await classifier.close();
    return { name, model: classifier.model, problem: null };
  } catch (error) {
    if (!(error instanceof BellwetherError)) throw error;
    return { name, model: null, problem: error.message };
  }
}
