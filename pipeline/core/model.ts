import type { ModelVersion, Sentiment, TopicScore } from './scored.js';

/** What a sentiment and topic model answers for one text. */
export interface Classification {
  readonly sentiment: Sentiment;
  /** Sorted by probability, best first; never empty (`other` at least). */
  readonly topics: readonly TopicScore[];
  /** `unclassified` when the model could not say anything: the sentiment is then the model's prior. */
  readonly flags: readonly string[];
}

export interface ClassifierInput {
  readonly text: string;
  /** `en`, `zh` or another code; decides calibration and word splitting. */
  readonly language: string;
  /** The topics will not be looked at: a model may leave them out. */
  readonly sentimentOnly?: true;
}

/** What one word added to ln(P(negative) / P(positive)): above 0 it speaks for bad news. The span points into the text. */
export interface WordContribution {
  readonly word: string;
  readonly span: readonly [number, number];
  readonly contribution: number;
}

/** What carried a score: `bias` and the contributions of all words sum to `total`. */
export interface Explanation {
  /** `exact`: follows from the model's own sums. `sampled`: estimated by leaving words out of the text. */
  readonly method: 'exact' | 'sampled';
  /** ln(P(negative) / P(positive)) of the answer. */
  readonly total: number;
  /** What belongs to no word: the model's head start, length and style of the text. */
  readonly bias: number;
  /** Those that contribute, strongest first; none overlaps another. */
  readonly words: readonly WordContribution[];
  /** Largest standard error of a contribution; 0 when exact. */
  readonly standardError: number;
}

/** A sentiment model. Equal texts get equal answers, alone or in any batch. */
export interface Classifier {
  readonly model: ModelVersion;
  /** Answers in the order of the inputs. Pure computation: never throws for a text, whatever it holds. */
  classify(inputs: readonly ClassifierInput[]): readonly Classification[];
  /** What carried the answer for a text; null from a model whose sums say nothing of words: then they are left out one by one. */
  explain(input: ClassifierInput): Promise<Explanation | null>;
}

/** Splits a text into sentences: spans in order, without overlap, white space outside. Linear time for any input. */
export type SplitSentences = (text: string, language: string) => readonly (readonly [number, number])[];
