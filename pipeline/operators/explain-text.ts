import type {
  Classification,
  Classifier,
  ClassifierInput,
  Explanation,
  SplitSentences,
} from '../core/model.js';
import type { ModelVersion, Sentiment, Span } from '../core/scored.js';
import type { DetectedLanguage } from './detect-language.js';
import { scoredPart } from './score-sentiment.js';

/** What the words of one sentence added together. */
export interface SentenceContribution {
  readonly span: Span;
  readonly contribution: number;
}

/** Why a text gets its score. Spans point into the text as given. */
export interface ExplainedText extends Explanation {
  readonly language: string;
  readonly model: ModelVersion;
  readonly sentiment: Sentiment;
  /** In the order of the text; with `bias` their contributions sum to `total` too. */
  readonly sentences: readonly SentenceContribution[];
  /** Which part of what was weighed belongs to no word, 0 … 1: |bias| beside the contributions of all words, signs left out. */
  readonly unexplained: number;
  /** Such as `unclassified`: then the model could not say anything. */
  readonly flags: readonly string[];
}

export interface TextToExplain {
  readonly text: string;
  /** Null to detect it. */
  readonly language: string | null;
}

export interface ExplainDeps {
  readonly classifier: Classifier;
  readonly splitSentences: SplitSentences;
  readonly describeLanguage: (text: string, hint: string | null) => DetectedLanguage;
  /** For models that say nothing of words themselves; null without an answer. */
  readonly explainByDeletion: (input: ClassifierInput) => Promise<Explained | null>;
}

/** The model's answer to a text and what carried it. */
export interface Explained {
  readonly answer: Classification;
  readonly explanation: Explanation;
}

/**
 * Explains the score of a text by its words and sentences, as far as the service reads it.
 *
 * A word belongs to the sentence that it begins in. Exact explanations take about a millisecond, by deletion up to 50.
 */
export async function explainText(
  { text, language }: TextToExplain,
  deps: ExplainDeps,
): Promise<ExplainedText | null> {
  const input = {
    text: scoredPart(text),
    language: deps.describeLanguage(text, language).language,
  };
  const explained = (await explainBySums(input, deps.classifier)) ?? (await deps.explainByDeletion(input));
  if (explained === null) return null;
  const { answer, explanation } = explained;
  return {
    ...explanation,
    language: input.language,
    model: deps.classifier.model,
    sentiment: answer.sentiment,
    sentences: toSentences(explanation, deps.splitSentences(input.text, input.language)),
    unexplained: unexplainedShare(explanation),
    flags: answer.flags,
  };
}

async function explainBySums(input: ClassifierInput, classifier: Classifier): Promise<Explained | null> {
  const explanation = await classifier.explain(input);
  if (explanation === null) return null;
  const [answer] = await classifier.classify([input]);
  return answer === undefined ? null : { answer, explanation };
}

/** Against the sum without signs: words that cancel out have been looked at. */
function unexplainedShare({ bias, words }: Explanation): number {
  const weighed = words.reduce((sum, { contribution }) => sum + Math.abs(contribution), Math.abs(bias));
  return weighed === 0 ? 0 : Math.abs(bias) / weighed;
}

function toSentences({ words }: Explanation, spans: readonly Span[]): readonly SentenceContribution[] {
  const inOrder = [...words].sort((a, b) => a.span[0] - b.span[0]);
  let next = 0;
  return spans.map((span, index) => {
    // What stands between two sentences goes with the one before.
    const end = spans[index + 1]?.[0] ?? Infinity;
    let contribution = 0;
    for (let word = inOrder[next]; word !== undefined && word.span[0] < end; word = inOrder[next]) {
      contribution += word.contribution;
      next += 1;
    }
    return { span, contribution };
  });
}
