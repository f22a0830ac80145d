import type { Explanation } from '../core/model.js';

const MOST_WORDS = 5;
const MAX_WORD_CHARS = 60;
/** What says less than this share of the strongest word says nothing to a reader. */
const LEAST_SHARE = 0.15;

/** The words that spoke most for bad news, the strongest first, each once: five at most, none of them punctuation alone. */
export function negativeWords({ words }: Pick<Explanation, 'words'>): readonly string[] {
  const telling = words
    .filter(({ word, contribution }) => contribution > 0 && /[\p{L}\p{N}]/u.test(word))
    .sort((a, b) => b.contribution - a.contribution);
  const least = LEAST_SHARE * (telling[0]?.contribution ?? 0);
  const strong = telling.filter(({ contribution }) => contribution >= least);
  const byFold = new Map<string, string>();
  for (const { word } of strong) {
    const key = word.toLowerCase();
    if (!byFold.has(key)) byFold.set(key, word.slice(0, MAX_WORD_CHARS).toWellFormed());
  }
  return [...byFold.values()].slice(0, MOST_WORDS);
}
