import { readdir } from 'node:fs/promises';

import { BellwetherError } from '../pipeline/core/errors.js';
import type { ModelVersion } from '../pipeline/core/scored.js';
import type { DeviceState } from './encoder/runtime/device.js';
import { readModelTerms, type ModelTerms } from './read-model-terms.js';
import { loadClassifier, NO_OBSERVER, type LoadOptions } from './load-classifier.js';
import { IMPORTED_PREFIX, isModelName, MODEL_NAMES, type ModelName } from './model-names.js';

/** A model and whether it can serve; `problem` says why not. */
export interface ListedModel {
  readonly name: ModelName;
  readonly model: ModelVersion | null;
  readonly problem: string | null;
  /** Where it would run; null for one that needs no network, or cannot serve. */
  readonly device: DeviceState | null;
  /** As `model.json` says it; null where that cannot be read. */
  readonly terms: ModelTerms | null;
}

/** Loads every model in turn, ours and the imported ones, and reports what came of it; rejects only for bugs. */
export async function listModels(options: Omit<LoadOptions, 'name'>): Promise<readonly ListedModel[]> {
  const listed: ListedModel[] = [];
  for (const name of await modelNames(options.directory)) listed.push(await tryModel({ ...options, name }));
  return listed;
}

async function modelNames(directory: string): Promise<readonly ModelName[]> {
  // A folder that is not there holds no imported models; what our own say of it comes with each of them.
  const folders = await readdir(directory).catch((): string[] => []);
  const imported = folders.filter((name) => name.startsWith(IMPORTED_PREFIX)).filter(isModelName);
  return [...MODEL_NAMES, ...imported.sort()];
}

async function tryModel(options: LoadOptions): Promise<ListedModel> {
  const { name } = options;
  const terms = await readModelTerms(name, options.directory);
  try {
    let device: DeviceState | null = null;
    const classifier = await loadClassifier({
      ...options,
      observer: {
        ...NO_OBSERVER,
        device: (state) => {
          device = state;
        },
      },
    });
    await classifier.close();
    return { name, model: classifier.model, problem: null, device, terms };
  } catch (error) {
    if (!(error instanceof BellwetherError)) throw error;
    return { name, model: null, problem: error.message, device: null, terms };
  }
}
