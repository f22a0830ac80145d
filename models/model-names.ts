/** The models of this package, weakest first. `-research` ones also saw sets whose licence does not let a model be shipped. */
export const MODEL_NAMES = ['lexicon', 'ngram', 'ngram-research', 'encoder', 'encoder-research'] as const;
/** Models of others carry a mark in their name: nobody takes them for ours. */
export const IMPORTED_PREFIX = 'imported-';
export type ModelName = (typeof MODEL_NAMES)[number] | `${typeof IMPORTED_PREFIX}${string}`;

const IMPORTED_NAME = /^imported-[a-z0-9][a-z0-9-]{0,49}$/;

/** Whether a model may be called so; also keeps a name from leaving the folder of models. */
export function isModelName(name: string): name is ModelName {
  return MODEL_NAMES.some((known) => known === name) || IMPORTED_NAME.test(name);
}

/** What says how a model of ours is made; null for those of others. */
export function trainingGuide(name: ModelName): string | null {
  if (name.startsWith(IMPORTED_PREFIX)) return null;
  return name.startsWith('encoder') ? 'models/training/encoder/README.md' : 'models/training/README.md';
}
