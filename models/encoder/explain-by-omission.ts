import type { Classifier, ClassifierInput, WordContribution } from '../../pipeline/core/model.js';
import type { Sentiment } from '../../pipeline/core/scored.js';

/** Each word costs a run of the model; a headline has fewer, and a long text is explained by its beginning. */
const MAX_WORDS = 40;
const MAX_CHARACTERS = 600;
/** Smaller differences are noise of the arithmetic. */
const LEAST = 1e-3;
const WORDS = /[\p{Script=Han}]{1,2}|[\p{L}\p{N}$%£€¥][\p{L}\p{N}\p{M}$%'’.,-]*/gu;

/**
 * What each word carried: how far log P(negative) − log P(positive) falls when the word is left out of the text.
 *
 * Asks the model once, with one text a word. Strongest first; words that change nothing are left out.
 */
export async function explainByOmission(
  { text, language }: ClassifierInput,
  classify: Classifier['classify'],
): Promise<readonly WordContribution[]> {
  const words = [...text.slice(0, MAX_CHARACTERS).matchAll(WORDS)].slice(0, MAX_WORDS);
  const without = words.map(
    (match) => text.slice(0, match.index) + text.slice(match.index + match[0].length),
  );
  const [whole, ...others] = await classify(
    [text, ...without].map((variant) => ({ text: variant, language, sentimentOnly: true })),
  );
  if (whole === undefined) return [];
  return words
    .map((match, index): WordContribution => {
      const other = others[index]?.sentiment ?? whole.sentiment;
      return {
        word: match[0],
        span: [match.index, match.index + match[0].length],
        contribution: leaning(whole.sentiment) - leaning(other),
      };
    })
    .filter(({ contribution }) => Math.abs(contribution) >= LEAST)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}

function leaning({ negative, positive }: Sentiment): number {
  return Math.log(Math.max(negative, Number.MIN_VALUE)) - Math.log(Math.max(positive, Number.MIN_VALUE));
}
