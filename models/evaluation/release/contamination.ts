import { sameTextKey } from '../same-text.js';

export interface SeenText {
  /** The judged set and the training set that hold the same text. */
  readonly judged: string;
  readonly trained: string;
  readonly text: string;
}

export interface Contamination {
  readonly judgedRows: number;
  readonly trainedRows: number;
  /** Judged rows that the model saw in training; case, punctuation, links and blanks do not make a text another one. */
  readonly seen: readonly SeenText[];
}

interface NamedTexts {
  readonly key: string;
  readonly texts: readonly string[];
}

/** Looks every judged text up among those that a model was trained on. Memory: a hash a training text. */
export function findContamination(
  judged: readonly NamedTexts[],
  trained: readonly NamedTexts[],
): Contamination {
  const places = new Map<string, string>();
  for (const { key, texts } of trained) for (const text of texts) places.set(hash(text), key);
  const seen = judged.flatMap(({ key, texts }) =>
    texts.flatMap((text) => {
      const place = places.get(hash(text));
      return place === undefined ? [] : [{ judged: key, trained: place, text }];
    }),
  );
  return { judgedRows: count(judged), trainedRows: count(trained), seen };
}

function hash(text: string): string {
  return sameTextKey(text).toString('base64');
}

function count(sets: readonly NamedTexts[]): number {
  return sets.reduce((sum, { texts }) => sum + texts.length, 0);
}
