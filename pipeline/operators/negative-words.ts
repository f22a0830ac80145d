import type { Explanation } from '../core/model.js';
import type { Span } from '../core/scored.js';

const MOST_WORDS = 5;
const MAX_WORD_CHARS = 60;
/** What says less than this share of the strongest word says nothing to a reader. */
const LEAST_SHARE = 0.3;

/**
 * The words that spoke most for bad news, the strongest first, each once: five at most, none of them punctuation alone, within the
 * error of the explanation, or a part of the names at `names`: a company is not what is bad about its news.
 */
export function negativeWords(
  { words, standardError }: Pick<Explanation, 'words' | 'standardError'>,
  names: readonly Span[],
): readonly string[] {
  const telling = words
    .filter(({ word, contribution }) => contribution > standardError && /[\p{L}\p{N}]/u.test(word))
    .filter(({ span }) => names.every(([start, end]) => span[1] <= start || end <= span[0]))
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
