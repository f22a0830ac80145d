import type { SourceKind } from './document.js';
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

/** What one word added to ln(P(negative) / P(positive)): above 0 it speaks for bad news. The span points into the text. */
export interface WordContribution {
  readonly word: string;
  readonly span: readonly [number, number];
  readonly contribution: number;
}

/** How contributions came about. */
export const EXPLANATION_METHODS = ['exact', 'probe', 'sampled'] as const;
export type ExplanationMethod = (typeof EXPLANATION_METHODS)[number];

/** What carried a score: `bias` and the contributions of all words sum to `total`. */
export interface Explanation {
  /**
   * `exact`: follows from the model's own sums. `probe`: for each of the words that the model's own reading points at the mean of what
   * the answer lost without it and what it says alone, and that reading for the others. `sampled`: estimated by leaving words, or stretches of them, out of the text.
   */
  readonly method: ExplanationMethod;
  /** ln(P(negative) / P(positive)) of the answer. */
  readonly total: number;
  /**
   * What belongs to no word: the model's head start, length and style of the text. Of words left out one
   * by one also what several words say at once, since without any one of them the others still say it; of `probe` what three or
   * more say at once, which their contributions count more than once.
   */
  readonly bias: number;
  /** Those that contribute, strongest first; none overlaps another. */
  readonly words: readonly WordContribution[];
  /** Largest standard error of a contribution; 0 when exact, and of `probe` when every word was left out once. */
  readonly standardError: number;
}

/** A sentiment model. Equal texts get equal answers, alone or in any batch. */
export interface Classifier {
  readonly model: ModelVersion;
  /** Answers in the order of the inputs. Never rejects for a text, whatever it holds: what cannot be read is `unclassified`. */
  classify(inputs: readonly ClassifierInput[]): Promise<readonly Classification[]>;
  /** What carried the answer for a text; null from a model whose sums say nothing of words: then they are left out one by one. */
  explain(input: ClassifierInput): Promise<Explanation | null>;
  /**
   * The model that serves now, which stays the same whatever takes over meanwhile; closing what this gives lets go of it. Absent
   * where the model never changes.
   */
  pinned?(): Classifier;
  /** Gives back threads and memory; nothing may be asked afterwards. */
  close(): Promise<void>;
}

/** How foreign a text is to models of finance texts. */
export interface Foreignness {
  /** 0 (at home) … 1; 0.5 where its words say nothing. */
  readonly score: number;
  /** Above what all but a small share of finance texts of its language and kind of source reach. */
  readonly foreign: boolean;
}

/** Judges a text by its words alone, whichever model reads it; equal texts get equal answers. Never throws for a text. */
export type JudgeDomain = (text: string, language: string, kind: SourceKind) => Foreignness;

/** Splits a text into sentences: spans in order, without overlap, white space outside. Linear time for any input. */
export type SplitSentences = (text: string, language: string) => readonly (readonly [number, number])[];
