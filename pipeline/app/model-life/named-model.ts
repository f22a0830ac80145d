import type { Config } from '../../../config/schema.js';
import { isModelName } from '../../../models/model-names.js';
import type { InstalledModels } from '../understanding.js';
import { candidateFolder, readCandidate, type Candidate } from './candidate-files.js';

/**
 * The models section under which a model is loaded that is named as a candidate of the installation or as a model of the
 * folder of models (`lexicon`, `encoder`, `imported-…`). Throws ConfigError `candidate_missing`, which lists the candidates.
 */
export async function namedModels(
  dataDir: string,
  models: Config['models'],
  name: string,
): Promise<InstalledModels> {
  if (isModelName(name)) return withModelNamed(models, name);
  const candidate = await readCandidate(dataDir, name);
  return candidateModels(dataDir, models, candidate);
}

/**
 * The models section under which a candidate is loaded: always on this machine. The hosts of `models.remote` have the model that
 * serves, and it would be compared with itself.
 */
export function candidateModels(
  dataDir: string,
  models: Config['models'],
  { id, name, sha256 }: Pick<Candidate, 'id' | 'name' | 'sha256'>,
): InstalledModels {
  return { ...onThisMachine(models), sentiment: name, directory: candidateFolder(dataDir, id), sha256 };
}

/** The models section with another model; one that the hosts of `models.remote` do not have runs on this machine. */
export function withModelNamed(models: Config['models'], name: string): Config['models'] {
  return name === models.sentiment ? models : { ...onThisMachine(models), sentiment: name };
}

function onThisMachine(models: Config['models']): Config['models'] {
  return { ...models, remote: { ...models.remote, urls: [] } };
}
