import type { ExpertRuleSet, RuledAnswer } from '../core/expert-rule.js';
import type { SplitSentences } from '../core/model.js';
import type { AppliedRule, Mention, Ruled, ScoredDocument, Sentiment } from '../core/scored.js';
import { sentencesAround } from './sentences-around.js';

export interface ApplyRulesDeps {
  readonly rules: ExpertRuleSet;
  readonly splitSentences: SplitSentences;
}

/**
 * Lets expert rules decide over what a model said of a document and of each of its mentions.
 *
 * A rule is asked about the document, and about each mention with the sentences that name it: who is cleared in one sentence
 * is not cleared in the next. What it changes is marked on the row (`rule:ID`) and the model's own words are kept beside it. An
 * abstention makes the whole document unclassified. Depends on nothing but document and rules, so a replay gives the same.
 */
export function applyRules(
  scored: ScoredDocument,
  text: string,
  { rules, splitSentences }: ApplyRulesDeps,
): ScoredDocument {
  const { document, language } = scored;
  const about = { text, language, source: document.source, publishedAt: document.publishedAt };
  if (document.action === 'retract' || !rules.mayFire(about)) return scored;
  const whole = rules.apply({
    ...about,
    topics: scored.topics,
    instruments: scored.mentions.map(({ instrument }) => instrument),
    sentiment: scored.sentiment,
  });
  const sentences = splitSentences(text, language);
  const mentions = scored.mentions.map((mention) => {
    const context = sentencesAround(text, sentences, mention.spans);
    return rules.apply({
      ...about,
      text: context === '' ? text : context,
      topics: scored.topics,
      instruments: [mention.instrument],
      sentiment: sentimentOf(mention, scored.sentiment),
    });
  });
  const applied = distinctRules([whole, ...mentions]);
  return applied.length === 0 ? scored : rewrite(scored, whole, mentions, applied);
}

function rewrite(
  scored: ScoredDocument,
  whole: RuledAnswer | null,
  mentions: readonly (RuledAnswer | null)[],
  applied: readonly AppliedRule[],
): ScoredDocument {
  const silent =
    whole?.decided === true ? scored.flags.filter((flag) => flag !== 'unclassified') : scored.flags;
  const abstains = whole?.abstain === true && !silent.includes('unclassified');
  return {
    ...scored,
    sentiment: whole?.sentiment ?? scored.sentiment,
    topics: whole?.topics ?? scored.topics,
    mentions: scored.mentions.map((mention, index) => {
      const answer = mentions[index];
      if (answer === null || answer === undefined) return mention;
      const { negative, neutral, positive, polarity, confidence } = answer.sentiment;
      return { ...mention, negative, neutral, positive, polarity, confidence };
    }),
    flags: [...silent, ...(abstains ? ['unclassified'] : []), ...applied.map(({ id }) => `rule:${id}`)],
    ruled: { rules: applied, model: modelWords(scored, mentions) },
  };
}

function modelWords(scored: ScoredDocument, mentions: readonly (RuledAnswer | null)[]): Ruled['model'] {
  const { negative, neutral, positive } = scored.sentiment;
  return {
    negative,
    neutral,
    positive,
    topics: scored.topics,
    mentions: scored.mentions
      .filter((_, index) => mentions[index] !== null)
      .map((mention) => ({
        instrument: mention.instrument,
        negative: mention.negative,
        neutral: mention.neutral,
        positive: mention.positive,
      })),
  };
}

/** A mention has no label of its own; rules look at the probabilities. */
function sentimentOf(mention: Mention, { label }: Sentiment): Sentiment {
  const { negative, neutral, positive, polarity, confidence } = mention;
  return { negative, neutral, positive, polarity, confidence, label };
}

function distinctRules(answers: readonly (RuledAnswer | null)[]): readonly AppliedRule[] {
  const all = answers.flatMap((answer) => answer?.applied ?? []);
  return [...new Map(all.map((rule) => [rule.id, rule])).values()];
}
