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

/** Contribution of one piece of text to P(negative) − P(positive), in logits; spans point into the text. */
export interface WordContribution {
  readonly word: string;
  readonly span: readonly [number, number];
  readonly contribution: number;
}

/** A sentiment model. Equal texts get equal answers, alone or in any batch. */
export interface Classifier {
  readonly model: ModelVersion;
  /** Answers in the order of the inputs. Pure computation: never throws for a text, whatever it holds. */
  classify(inputs: readonly ClassifierInput[]): readonly Classification[];
  /** The words that carried the score, strongest first. */
  explain(input: ClassifierInput): readonly WordContribution[];
}

/** Splits a text into sentences: spans in order, without overlap, white space outside. Linear time for any input. */
export type SplitSentences = (text: string, language: string) => readonly (readonly [number, number])[];
