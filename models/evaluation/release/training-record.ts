import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ConfigError } from '../../../pipeline/core/errors.js';

/** What an artefact says of its own making. */
export interface TrainingRecord {
  /** Keys of the labelled sets, `own` for our own texts; those of the models that it falls back on are among them. */
  readonly sets: readonly string[];
  /** Hash of the rows and commit of the code that it was trained with, where it states them. */
  readonly rowsSha256: string | null;
  readonly commit: string | null;
  readonly bytes: number | null;
}

const NOTHING: TrainingRecord = { sets: [], rowsSha256: null, commit: null, bytes: null };

/**
 * Reads what `model.json` of a model says it was trained on, together with the models that serve its other languages. `lexicon` has no
 * artefact and saw nothing.
 *
 * Rejects with ConfigError `training_unstated` when a model does not say: nobody could tell what it has seen.
 */
export async function readTrainingRecord(directory: string, name: string): Promise<TrainingRecord> {
  if (name === 'lexicon') return NOTHING;
  const path = join(directory, name, 'model.json');
  const fail = (cause?: unknown) =>
    new ConfigError(
      'training_unstated',
      `${path} does not say what the model was trained on (training.sets or trainedOn): it cannot be shown that it has not seen the texts it is judged by.`,
      { cause },
    );
  const json: unknown = JSON.parse(
    await readFile(path, 'utf8').catch((cause: unknown) => {
      throw fail(cause);
    }),
  );
  if (!isRecord(json)) throw fail();
  const sets = statedSets(json);
  if (sets === null) throw fail();
  const below = await Promise.all(laddersOf(json).map((ladder) => readTrainingRecord(directory, ladder)));
  const weights = json['weights'];
  return {
    sets: [...new Set([...sets, ...below.flatMap((record) => record.sets)])].sort(),
    rowsSha256: stringOrNull(json['rowsSha256']),
    commit: stringOrNull(json['commit']),
    bytes: isRecord(weights) && typeof weights['bytes'] === 'number' ? weights['bytes'] : null,
  };
}

function statedSets(json: Readonly<Record<string, unknown>>): readonly string[] | null {
  const training = json['training'];
  if (isRecord(training) && Array.isArray(training['sets']))
    return training['sets'].flatMap((set: unknown) =>
      isRecord(set) && typeof set['key'] === 'string' ? [set['key']] : [],
    );
  const trainedOn = json['trainedOn'];
  return Array.isArray(trainedOn) ? trainedOn.filter((key) => typeof key === 'string') : null;
}

/** The other models that an encoder names: for the languages it has no network for, and where they have a share in its answers. */
function laddersOf(json: Readonly<Record<string, unknown>>): readonly string[] {
  const languages = json['languages'];
  if (!isRecord(languages)) return [];
  return Object.values(languages).flatMap((language) => {
    if (!isRecord(language)) return [];
    const shares = isRecord(language['blend']) ? language['blend']['ladder'] : undefined;
    return [language['ladder'], shares].filter((name) => typeof name === 'string');
  });
}

function stringOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
