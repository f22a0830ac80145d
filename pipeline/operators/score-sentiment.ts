import type { ExpertRuleSet } from '../core/expert-rule.js';
import type { Classification, Classifier, ClassifierInput, SplitSentences } from '../core/model.js';
import {
  READ_IN_PART,
  UNANSWERED,
  type LinkedMention,
  type Mention,
  type ScoredDocument,
  type ScoredMessage,
  type Sentiment,
} from '../core/scored.js';
import { applyRules } from './apply-rules.js';
import { hintTopics } from './hint-topics.js';
import { judgeForeign, type ForeignDeps } from './judge-foreign.js';
import { sentencesAround } from './sentences-around.js';
import type { LinkedDocument, Understood } from './understand-document.js';

export interface ScoreDeps {
  readonly classifier: Classifier;
  readonly splitSentences: SplitSentences;
  /** Experts that may decide over the model; absent where nobody does. */
  readonly rules?: ExpertRuleSet;
  /** Whether a text is about finance at all; absent where nobody asks. */
  readonly foreign?: ForeignDeps;
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
 * Gives each document of a batch its sentiment and topics, and each mention a sentiment of its own.
 *
 * All documents go through the model in one call; a model that was taught to judge mentions does so there. What it leaves
 * open gets the sentiment of the sentences that name the company, all of them in a second call. Scores do not depend on the
 * batch. Model and rules are those of the moment of the call, whatever takes over meanwhile: rows carry the name of what scored
 * them.
 */
export async function scoreSentiment(
  batch: readonly Understood[],
  deps: ScoreDeps,
): Promise<readonly ScoredMessage[]> {
  const pinned = deps.classifier.pinned?.();
  try {
    return await scoreUnder(batch, {
      ...deps,
      ...(pinned === undefined ? {} : { classifier: pinned }),
      ...(deps.rules === undefined ? {} : { rules: deps.rules.pinned?.() ?? deps.rules }),
      ...(deps.foreign === undefined ? {} : { foreign: { ...deps.foreign } }),
    });
  } finally {
    await pinned?.close();
  }
}

async function scoreUnder(batch: readonly Understood[], deps: ScoreDeps): Promise<readonly ScoredMessage[]> {
  const linked = batch.filter((item) => item.kind === 'linked');
  const answers = await classifySafely(linked.map(toInput), deps.classifier);
  const drafts = linked.map((item, index) => toDraft(item, answerAt(answers, index)));
  await judgeBySentences(drafts, deps);
  const scoredAt = new Date(deps.now()).toISOString();
  const scored = drafts.map((draft) => decide(draft, deps, scoredAt))[Symbol.iterator]();
  return batch.map((item) => {
    if (item.kind === 'drop') return { kind: 'drop', raw: item.raw, id: item.id, reason: item.reason };
    if (item.kind === 'dead-letter') return { kind: 'dead-letter', raw: item.raw, letter: item.letter };
    const { value } = scored.next();
    return { kind: 'scored', raw: item.raw, appendedAt: item.appendedAt, scored: value as ScoredDocument };
  });
}

/**
 * The model's answers; a text on which it fails, alone again, is answered "unclassified" and is asked about another time, so
 * that a fault of a model never stops the stream and never loses a document.
 */
async function classifySafely(
  inputs: readonly ClassifierInput[],
  classifier: Classifier,
): Promise<readonly Classification[]> {
  if (inputs.length === 0) return [];
  try {
    return (await classifier.classify(inputs)).map((answer) => (isSound(answer) ? answer : UNCLASSIFIED));
  } catch (error) {
    if (inputs.length === 1) return [{ ...UNCLASSIFIED, unanswered: true }];
    if (!(error instanceof Error)) throw error;
    const answers: Classification[] = [];
    for (const input of inputs) answers.push(...(await classifySafely([input], classifier)));
    return answers;
  }
}

/** A model that came to no number has said nothing; the store would refuse it. */
function isSound({ sentiment, topics, mentions = [] }: Classification): boolean {
  const judged = [sentiment, ...mentions.filter((mention) => mention !== null)];
  const numbers = judged.flatMap(({ negative, neutral, positive, polarity, confidence }) => [
    negative,
    neutral,
    positive,
    polarity,
    confidence,
  ]);
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

/** A document with the model's answer, and the sentiment of each of its links as far as it is known. */
interface Draft {
  readonly item: LinkedDocument;
  whole: Classification;
  readonly mentions: (Sentiment | null)[];
}

function toInput(item: LinkedDocument): ClassifierInput {
  const text = scoredPart(item.text);
  const { language, links } = item;
  if (!isJudgedByMention(item)) return { text, language };
  const mentions = links.map(({ spans }) => spans.filter(([, end]) => end <= text.length));
  return { text, language, mentions };
}

function isJudgedByMention({ links }: LinkedDocument): boolean {
  return links.length > 0 && links.length <= MAX_SCORED_MENTIONS;
}

function toDraft(item: LinkedDocument, whole: Classification): Draft {
  const judged = isJudgedByMention(item) ? whole.mentions : undefined;
  return { item, whole, mentions: item.links.map((_, index) => judged?.[index] ?? null) };
}

/**
 * Fills in what the model left open; a company without sentences of its own, or with ones that say nothing, shares the
 * sentiment of the document. A document of which a part was not answered is asked about again as a whole.
 */
async function judgeBySentences(drafts: readonly Draft[], deps: ScoreDeps): Promise<void> {
  const inputs: ClassifierInput[] = [];
  const places = drafts.map((draft) => planSentences(draft, inputs, deps.splitSentences));
  const answers = await classifySafely(inputs, deps.classifier);
  for (const [index, draft] of drafts.entries()) {
    for (const [mention, place] of (places[index] ?? []).entries()) {
      const answer = place === null ? draft.whole : answerAt(answers, place);
      draft.mentions[mention] ??= answer.flags.includes('unclassified')
        ? draft.whole.sentiment
        : answer.sentiment;
      if (answer.unanswered === true) draft.whole = { ...draft.whole, ...UNANSWERED_PART };
    }
  }
}

const UNANSWERED_PART: Pick<Classification, 'flags' | 'unanswered'> = {
  flags: ['unclassified'],
  unanswered: true,
};

/** For each link the place of its sentences among the inputs, or null where there is nothing to ask. */
function planSentences(
  { item, whole, mentions }: Draft,
  inputs: ClassifierInput[],
  splitSentences: SplitSentences,
): readonly (number | null)[] {
  const { links, language } = item;
  if (!isJudgedByMention(item) || !mentions.includes(null)) return links.map(() => null);
  // It is asked about again as a whole: asking for its parts would double the time that a host which is away costs.
  if (whole.unanswered === true) return links.map(() => null);
  const lead = scoredPart(item.text);
  const sentences = splitSentences(lead, language);
  if (sentences.length < 2) return links.map(() => null);
  const known = new Map<string, number>();
  return links.map(({ spans }, index) => {
    const context = mentions[index] === null ? sentencesAround(lead, sentences, spans) : '';
    if (context === '') return null;
    const place = known.get(context) ?? inputs.push({ text: context, language, sentimentOnly: true }) - 1;
    known.set(context, place);
    return place;
  });
}

/** What the model says, and experts over it. */
function decide(draft: Draft, deps: ScoreDeps, scoredAt: string): ScoredDocument {
  const scored = assemble(draft, deps, scoredAt);
  const { rules, splitSentences } = deps;
  return rules === undefined
    ? scored
    : applyRules(scored, scoredPart(draft.item.text), { rules, splitSentences });
}

function assemble(
  { item, whole, mentions }: Draft,
  { classifier, foreign }: Pick<ScoreDeps, 'classifier' | 'foreign'>,
  scoredAt: string,
): ScoredDocument {
  const judged = foreign === undefined ? null : judgeForeign(item, scoredPart(item.text), foreign);
  return {
    document: item.document,
    language: item.language,
    sentiment: whole.sentiment,
    topics: hintTopics(whole.topics, item.document),
    mentions: item.links.map((link, index) => withSentiment(link, mentions[index] ?? whole.sentiment)),
    ...(item.certainty === undefined ? {} : { certainty: item.certainty }),
    storyId: item.storyId,
    model: whole.unanswered === true ? { ...classifier.model, version: UNANSWERED } : classifier.model,
    scoredAt,
    ...(judged === null ? {} : { foreignness: judged.foreignness }),
    flags: [
      ...new Set([...item.flags, ...whole.flags, ...lengthFlags(item, whole), ...(judged?.flags ?? [])]),
    ],
  };
}

/** No model sees more than the lead; what one saw nothing of was not read in part. */
function lengthFlags({ text }: LinkedDocument, { flags }: Classification): readonly string[] {
  return text.length > LEAD_CHARACTERS && !flags.includes('unclassified') ? [READ_IN_PART] : [];
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
