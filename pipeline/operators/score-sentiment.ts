import type { Classification, Classifier, ClassifierInput, SplitSentences } from '../core/model.js';
import type {
  LinkedMention,
  Mention,
  ScoredDocument,
  ScoredMessage,
  Sentiment,
  Span,
} from '../core/scored.js';
import { hintTopics } from './hint-topics.js';
import type { LinkedDocument, Understood } from './understand-document.js';

export interface ScoreDeps {
  readonly classifier: Classifier;
  readonly splitSentences: SplitSentences;
  readonly now: () => number;
}

/** Models read the title and the lead; what follows in a long article is about less and less of it. */
const LEAD_CHARACTERS = 1_000;
/** The part of a text that is scored, without broken Unicode; as long as it, or cut. */
export function scoredPart(text: string): string {
  return text.slice(0, LEAD_CHARACTERS).toWellFormed();
}

/** Beyond so many names a text is a list, and each name gets the sentiment of the whole. */
const MAX_SCORED_MENTIONS = 8;

/**
 * Gives each document of a batch its sentiment and topics, and each mention the sentiment of the sentences that name it.
 *
 * Documents and sentences go through the model together, in one call. Scores do not depend on the batch.
 */
export function scoreSentiment(batch: readonly Understood[], deps: ScoreDeps): readonly ScoredMessage[] {
  const inputs: ClassifierInput[] = [];
  const plans = batch.map((item) => (item.kind === 'linked' ? planInputs(item, inputs, deps) : null));
  const answers = classifySafely(inputs, deps.classifier);
  const scoredAt = new Date(deps.now()).toISOString();
  return batch.map((item, index) => {
    if (item.kind === 'drop') return { kind: 'drop', raw: item.raw, id: item.id, reason: item.reason };
    if (item.kind === 'dead-letter') return { kind: 'dead-letter', raw: item.raw, letter: item.letter };
    const scored = assemble(item, plans[index] ?? emptyPlan, answers, deps.classifier, scoredAt);
    return { kind: 'scored', raw: item.raw, appendedAt: item.appendedAt, scored };
  });
}

/**
 * The model's answers; a text on which it fails, alone again, is answered "unclassified", so that a fault of a model never
 * stops the stream and never loses a document.
 */
function classifySafely(
  inputs: readonly ClassifierInput[],
  classifier: Classifier,
): readonly Classification[] {
  try {
    return classifier.classify(inputs).map((answer) => (isSound(answer) ? answer : UNCLASSIFIED));
  } catch (error) {
    if (inputs.length <= 1) return inputs.map(() => UNCLASSIFIED);
    if (!(error instanceof Error)) throw error;
    return inputs.flatMap((input) => classifySafely([input], classifier));
  }
}

/** A model that came to no number has said nothing; the store would refuse it. */
function isSound({ sentiment, topics }: Classification): boolean {
  const { negative, neutral, positive, polarity, confidence } = sentiment;
  const numbers = [negative, neutral, positive, polarity, confidence];
  return [...numbers, ...topics.map(({ probability }) => probability)].every(Number.isFinite);
}

export const UNCLASSIFIED: Classification = {
  sentiment: {
    negative: 1 / 3,
    neutral: 1 / 3,
    positive: 1 / 3,
    polarity: 0,
    confidence: 1 / 3,
    label: 'neutral',
  },
  topics: [{ topic: 'other', probability: 1 }],
  flags: ['unclassified'],
};

/** Index of the answer for the document and for each of its mentions; a mention without own sentences shares the document's. */
interface Plan {
  readonly document: number;
  readonly mentions: readonly number[];
}
const emptyPlan: Plan = { document: 0, mentions: [] };

function planInputs(item: LinkedDocument, inputs: ClassifierInput[], deps: ScoreDeps): Plan {
  const lead = scoredPart(item.text);
  const document = inputs.push({ text: lead, language: item.language }) - 1;
  if (item.links.length === 0 || item.links.length > MAX_SCORED_MENTIONS) {
    return { document, mentions: item.links.map(() => document) };
  }
  const sentences = deps.splitSentences(lead, item.language);
  if (sentences.length < 2) return { document, mentions: item.links.map(() => document) };
  const known = new Map<string, number>();
  const mentions = item.links.map((link) => {
    const context = sentencesAround(lead, sentences, link.spans);
    if (context === '') return document;
    const seen = known.get(context);
    if (seen !== undefined) return seen;
    const index = inputs.push({ text: context, language: item.language, sentimentOnly: true }) - 1;
    known.set(context, index);
    return index;
  });
  return { document, mentions };
}

/** A name may hold what ends a sentence, such as "Yum! Brands": then both parts belong to it. */
function sentencesAround(text: string, sentences: readonly Span[], spans: readonly Span[]): string {
  return sentences
    .filter(([start, end]) => spans.some((span) => span[0] < end && span[1] > start))
    .map(([start, end]) => text.slice(start, end))
    .join(' ');
}

function assemble(
  item: LinkedDocument,
  plan: Plan,
  answers: readonly Classification[],
  classifier: Classifier,
  scoredAt: string,
): ScoredDocument {
  const whole = answerAt(answers, plan.document);
  return {
    document: item.document,
    language: item.language,
    sentiment: whole.sentiment,
    topics: hintTopics(whole.topics, item.document),
    mentions: item.links.map((link, index) =>
      withSentiment(link, answerAt(answers, plan.mentions[index] ?? plan.document).sentiment),
    ),
    ...(item.certainty === undefined ? {} : { certainty: item.certainty }),
    storyId: item.storyId,
    model: classifier.model,
    scoredAt,
    flags: [...item.flags, ...whole.flags],
  };
}

function answerAt(answers: readonly Classification[], index: number): Classification {
  const answer = answers[index];
  if (answer === undefined)
    throw new RangeError(`The model gave ${answers.length} answers; answer ${index} is missing.`);
  return answer;
}

function withSentiment(link: LinkedMention, sentiment: Sentiment): Mention {
  const { negative, neutral, positive, polarity, confidence } = sentiment;
  return { ...link, negative, neutral, positive, polarity, confidence };
}
