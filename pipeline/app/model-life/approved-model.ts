import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import type { Config } from '../../../config/schema.js';
import { loadClassifier } from '../../../models/load-classifier.js';
import { ConfigError } from '../../core/errors.js';
import type { Classifier } from '../../core/model.js';
import { modelOptions, type InstalledModels } from '../understanding.js';
import { candidateFolder, modelPaths, readChecked } from './candidate-files.js';
import { withModelNamed } from './named-model.js';

const reference = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,80}$/),
  name: z.string(),
  sha256: z.string(),
});
const pointer = z.object({
  /** Null: the model of the package. */
  current: reference.nullable(),
  /** What served before, the newest last. */
  before: z.array(reference.nullable()),
});

export type ModelReference = z.infer<typeof reference>;
export type ApprovedModels = z.infer<typeof pointer>;

/** What an installation has approved; the model of the package where nothing was. */
export async function readApproved(dataDir: string): Promise<ApprovedModels> {
  const { approved } = modelPaths(dataDir);
  const there = await readFile(approved).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw new ConfigError('candidate_damaged', `${approved} cannot be read.`, { cause: error });
    },
  );
  return there ? readChecked(approved, pointer) : { current: null, before: [] };
}

/**
 * The models section with the folder of the approved candidate, where that is a version of the model that the configuration
 * names, and the hash of what was approved: other weights in that folder are refused when they are loaded.
 */
export async function servedModels(dataDir: string, models: Config['models']): Promise<InstalledModels> {
  const { current } = await readApproved(dataDir);
  if (current === null || current.name !== models.sentiment) return models;
  return { ...models, directory: candidateFolder(dataDir, current.id), sha256: current.sha256 };
}

/** Loads what a candidate of this name would take the place of; whoever asks closes it. */
export async function loadServed(
  dataDir: string,
  models: Config['models'],
  name: string,
): Promise<Classifier> {
  return loadClassifier(modelOptions(await servedModels(dataDir, withModelNamed(models, name))));
}
