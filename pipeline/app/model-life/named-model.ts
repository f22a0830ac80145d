import type { Config } from '../../../config/schema.js';
import { isModelName } from '../../../models/model-names.js';
import { candidateFolder, readCandidate } from './candidate-files.js';

/**
 * The models section under which a model is loaded that is named as a candidate of the installation or as a model of the
 * folder of models (`lexicon`, `encoder`, `imported-…`). Throws ConfigError `candidate_missing`, which lists the candidates.
 */
export async function namedModels(
  dataDir: string,
  models: Config['models'],
  name: string,
): Promise<Config['models']> {
  if (isModelName(name)) return { ...models, sentiment: name };
  const candidate = await readCandidate(dataDir, name);
  return { ...models, sentiment: candidate.name, directory: candidateFolder(dataDir, candidate.id) };
}
