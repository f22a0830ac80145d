import type { Explanation } from '../../pipeline/core/model.js';
import { wordSpans, type TextRange } from './word-spans.js';

/** Where contributions lie before they are told by words: one number for each UTF-16 unit of the text. */
export type UnitContributions = Float64Array;

/** Spreads a contribution evenly over a stretch of text; what lies beyond the units is cut off. */
export function spread(units: UnitContributions, { start, end }: TextRange, contribution: number): void {
  const to = Math.min(end, units.length);
  const each = contribution / Math.max(1, to - start);
  for (let index = start; index < to; index += 1) units[index] = (units[index] ?? 0) + each;
}

/** An explanation of nothing: the model did not read the text, or found no word. */
export const NO_EXPLANATION: Explanation = {
  method: 'exact',
  total: 0,
  bias: 0,
  words: [],
  standardError: 0,
};

/**
 * Sums contributions of units up to those of words, strongest first; words that contribute nothing are left out.
 *
 * `terms` are stretches that shall not be torn. What lies on white space between words is lost, so put none there.
 */
export function toExplanation(
  text: string,
  units: UnitContributions,
  terms: readonly TextRange[],
  { total, bias }: Pick<Explanation, 'total' | 'bias'>,
): Explanation {
  const words = wordSpans(text.slice(0, units.length), terms)
    .map(({ start, end }) => ({
      word: text.slice(start, end),
      span: [start, end] as const,
      contribution: units.subarray(start, end).reduce((sum, value) => sum + value, 0),
    }))
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  return { method: 'exact', total, bias, words, standardError: 0 };
}
