import type { Explanation } from '../../pipeline/core/model.js';
import { SENTIMENT_LABELS } from '../../pipeline/core/taxonomy.js';
import { spread, toExplanation } from '../explanation/to-explanation.js';
import { termShares } from '../lexicon/explain-lexicon.js';
import { foldText } from '../lexicon/fold-text.js';
import type { LexiconReading } from '../lexicon/lexicon.js';
import { MAX_TEXT_LENGTH } from './extract-features.js';
import type { FeatureBuffer } from './features.js';
import type { LoadedHead } from './ngram-classifier.js';
import { scanText, type Piece } from './scan-text.js';
import type { TextKind } from './text-kind.js';

export interface FeaturesToExplain {
  readonly head: LoadedHead;
  readonly kind: TextKind;
  /** The features of the text. */
  readonly buffer: FeatureBuffer;
  readonly reading: LexiconReading;
  /** Difference of the calibrated scores of negative and positive. */
  readonly total: number;
}

/** The lexicon's sums come first among its features: of the good terms, of the bad ones, and the balance. */
const TERM_FEATURES = 3;

/**
 * What each word of a text added to the difference of the scores of negative and positive.
 *
 * The score is a sum over features, so each feature is a game of its own and the Shapley values of the games add up. A feature
 * is there when all pieces of text that make it are (a word, a pair, a word under a negation, up to four Chinese characters): a
 * unanimity game, in which each piece gets an equal part (Shapley 1953). What the lexicon's sums add through tanh is divided
 * among its terms by the rule of Aumann and Shapley, f(Σ a) · a(i) / Σ a, the form that the same axioms take for amounts
 * (Billera and Heath 1982), and within a term by `shareTerm`. The bias, and what length, style and topics of the text add,
 * belong to no word. How features are scaled by their number stays as in the whole text.
 */
export function explainFeatures(text: string, features: FeaturesToExplain): Explanation {
  const { buffer, reading, total } = features;
  const read = text.slice(0, MAX_TEXT_LENGTH);
  const units = new Float64Array(read.length);
  const difference = differences(features);
  const makersOf = findMakers(scanText(foldText(read)), buffer);
  const termsFrom = reading.score.terms.length === 0 ? Infinity : buffer.lexiconFrom;
  let bias = difference.bias;
  for (let entry = 0; entry < buffer.length; entry += 1) {
    if (entry >= termsFrom && entry < termsFrom + TERM_FEATURES) continue;
    const share = difference.weightOf(entry) * (buffer.values[entry] ?? 0);
    const makers = makersOf(entry);
    if (makers.length === 0) bias += share;
    for (const piece of makers) spread(units, piece, share / makers.length);
  }
  const shares = termShares(reading);
  const slopes = termSlopes(features, difference.weightOf);
  for (const term of shares) spread(units, term, term.share * (term.good ? slopes.good : slopes.bad));
  return toExplanation(read, units, shares, { total, bias });
}

/** Of negative and positive: the bias, and what a unit of a feature's value adds, in calibrated scores. */
function differences({ head, kind, buffer }: FeaturesToExplain) {
  const negative = head.places.indexOf(SENTIMENT_LABELS.indexOf('negative'));
  const positive = head.places.indexOf(SENTIMENT_LABELS.indexOf('positive'));
  const temperature = head.temperature[kind];
  return {
    bias: ((head.bias[negative] ?? 0) - (head.bias[positive] ?? 0)) / temperature,
    weightOf: (entry: number): number => {
      const bucket = (buffer.hashes[entry] ?? 0) >>> head.shift;
      const difference =
        head.weights.weightOf(bucket, negative) * (head.scales[negative] ?? 0) -
        head.weights.weightOf(bucket, positive) * (head.scales[positive] ?? 0);
      return difference / temperature;
    },
  };
}

/** Tells which pieces of the text make a feature; none for a fact about the whole text. */
function findMakers(pieces: readonly Piece[], buffer: FeatureBuffer): (entry: number) => readonly Piece[] {
  const byStart = new Map(pieces.map((piece, index) => [piece.start, index]));
  const byEnd = new Map(pieces.map((piece, index) => [piece.end, index]));
  return (entry) => {
    const end = buffer.ends[entry] ?? 0;
    const last = byEnd.get(end);
    if (end === 0 || last === undefined) return [];
    // The pair of the first word begins with the text, where no piece needs to start.
    const first = byStart.get(buffer.starts[entry] ?? 0) ?? last;
    const partner = pieces[byStart.get(buffer.partners.get(entry) ?? -1) ?? -1];
    const makers = pieces.slice(first, last + 1);
    return partner === undefined ? makers : [...makers, partner];
  };
}

/** What a unit of a good and of a bad term's value adds through the lexicon's three sums; values of bad terms are below 0. */
function termSlopes(
  { buffer, reading }: FeaturesToExplain,
  weightOf: (entry: number) => number,
): { readonly good: number; readonly bad: number } {
  const { positive, negative, terms } = reading.score;
  if (terms.length === 0) return { good: 0, bad: 0 };
  const perUnit = (place: number, amount: number) => {
    const entry = buffer.lexiconFrom + place;
    // tanh(x / 2) / x tends to 1/2.
    const rise = Math.abs(amount) < 1e-6 ? 0.5 : (buffer.values[entry] ?? 0) / amount;
    return weightOf(entry) * rise;
  };
  const balance = perUnit(2, positive - negative);
  return { good: balance + perUnit(0, positive), bad: balance - perUnit(1, negative) };
}
