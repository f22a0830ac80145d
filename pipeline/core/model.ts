import type { ModelVersion, Sentiment, Span, TopicScore } from './scored.js';

/** What a sentiment and topic model answers for one text. */
export interface Classification {
  readonly sentiment: Sentiment;
  /** Sorted by probability, best first; never empty (`other` at least). */
  readonly topics: readonly TopicScore[];
  /** `unclassified` when the model could not say anything: the sentiment is then the model's prior. */
  readonly flags: readonly string[];
  /**
   * How the text speaks of each of the input's `mentions`, in their order; null for one that stands beyond what the model
   * reads. Absent when the model judges whole texts only.
   */
  readonly mentions?: readonly (Sentiment | null)[];
  /** How strong the news is, −1 … 1, from a model that was taught it. */
  readonly intensity?: number;
  /** The model was asked and what runs it was lost: the text may be read another time. */
  readonly unanswered?: true;
}

export interface ClassifierInput {
  readonly text: string;
  /** `en`, `zh` or another code; decides calibration and word splitting. */
  readonly language: string;
  /** The topics will not be looked at: a model may leave them out. */
  readonly sentimentOnly?: true;
  /** Companies to be judged one by one: for each the places of its names in `text`, in UTF-16 units. */
  readonly mentions?: readonly (readonly Span[])[];
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
  /** Answers in the order of the inputs. Never rejects for a text, whatever it holds: what cannot be read is `unclassified`. */
  classify(inputs: readonly ClassifierInput[]): Promise<readonly Classification[]>;
  /** The words that carried the score, strongest first. */
  explain(input: ClassifierInput): Promise<readonly WordContribution[]>;
  /** Gives back threads and memory; nothing may be asked afterwards. */
  close(): Promise<void>;
}

/** Splits a text into sentences: spans in order, without overlap, white space outside. Linear time for any input. */
export type SplitSentences = (text: string, language: string) => readonly (readonly [number, number])[];
