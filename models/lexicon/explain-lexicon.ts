import type { Explanation } from '../../pipeline/core/model.js';
import { spread, toExplanation } from '../explanation/to-explanation.js';
import type { LexiconReading } from './lexicon.js';
import { shareTerm, type TermShare } from './share-term.js';
import { MAX_LEXICON_TEXT } from './split-units.js';

/** A word's part of the value of a term that is good (above 0) or not. */
export interface SignedShare extends TermShare {
  readonly good: boolean;
}

/** The words that made the lexicon's terms with their parts of the terms' values, in the order of the terms. */
export function termShares({ score, reach }: LexiconReading): readonly SignedShare[] {
  return score.terms.flatMap((term) => {
    const good = term.value > 0;
    return shareTerm(term, reach).map((share) => ({ ...share, good }));
  });
}

/**
 * What each word added to the difference of the logits of negative and positive, which is −`strength` · Σ value over the terms:
 * the game of the words is a sum of the terms' games, so their Shapley values are sums as well. There is no bias.
 */
export function explainLexicon(text: string, reading: LexiconReading, strength: number): Explanation {
  const units = new Float64Array(Math.min(text.length, MAX_LEXICON_TEXT));
  const shares = termShares(reading);
  for (const term of shares) spread(units, term, -strength * term.share);
  const { positive, negative } = reading.score;
  return toExplanation(text, units, shares, { total: strength * (negative - positive), bias: 0 });
}
