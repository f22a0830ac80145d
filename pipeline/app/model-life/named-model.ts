import type { Config } from '../../../config/schema.js';
import { isModelName } from '../../../models/model-names.js';
import { candidateFolder, readCandidate } from './candidate-files.js';

/** Hosts serve the champion, under the name that a candidate of it has too: what is to be held against it is loaded here. */
export function loadedHere(models: Config['models']): Config['models'] {
  return { ...models, remote: { ...models.remote, urls: [] } };
}

/**
 * The models section under which a model is loaded that is named as a candidate of the installation or as a model of the
 * folder of models (`lexicon`, `encoder`, `imported-…`). Throws ConfigError `candidate_missing`, which lists the candidates.
 */
export async function namedModels(
  dataDir: string,
  models: Config['models'],
  name: string,
): Promise<Config['models']> {
  if (name === models.sentiment) return models;
  if (isModelName(name)) return { ...loadedHere(models), sentiment: name };
  const candidate = await readCandidate(dataDir, name);
  return {
    ...loadedHere(models),
    sentiment: candidate.name,
    directory: candidateFolder(dataDir, candidate.id),
  };
}
