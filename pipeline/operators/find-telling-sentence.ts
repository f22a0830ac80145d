import type { Classifier, SplitSentences } from '../core/model.js';
import type { Span } from '../core/scored.js';

export interface TellingInput {
  readonly text: string;
  readonly language: string;
  /** Where the company stands; sentences that hold one of these win over those that do not. */
  readonly spans: readonly Span[];
}

export interface TellingDeps {
  readonly classifier: Classifier;
  readonly splitSentences: SplitSentences;
}

/** Texts are read from their start; the news is not in the fortieth sentence. */
const MAX_CHARACTERS = 4_000;
const MAX_SENTENCES = 24;

/**
 * The most negative sentence among those that name the company, or among all when none does.
 *
 * Null for a text without a sentence, and where the model answers for none of several; what it leaves unanswered is not looked
 * at. The span points into the text as given.
 */
export async function findTellingSentence(input: TellingInput, deps: TellingDeps): Promise<Span | null> {
  const text = input.text.slice(0, MAX_CHARACTERS).toWellFormed();
  const sentences = deps.splitSentences(text, input.language).slice(0, MAX_SENTENCES);
  const naming = sentences.filter(([start, end]) =>
    input.spans.some((span) => span[0] < end && span[1] > start),
  );
  const candidates = naming.length > 0 ? naming : sentences;
  if (candidates.length <= 1) return candidates[0] ?? null;
  const answers = await deps.classifier.classify(
    candidates.map(([start, end]) => ({
      text: text.slice(start, end),
      language: input.language,
      sentimentOnly: true,
    })),
  );
  let best: Span | null = null;
  let most = -1;
  candidates.forEach((span, index) => {
    const answer = answers[index];
    if (answer === undefined || answer.unanswered === true || answer.sentiment.negative <= most) return;
    most = answer.sentiment.negative;
    best = span;
  });
  return best;
}
