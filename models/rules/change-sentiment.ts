import type { RuleEffect } from '../../pipeline/core/expert-rule.js';
import type { Sentiment } from '../../pipeline/core/scored.js';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../pipeline/core/taxonomy.js';
import { toSentiment } from '../to-sentiment.js';

/** What a rule makes of probabilities: first those it sets, then its floors, then its vetoes. */
export function changeSentiment(
  sentiment: Sentiment,
  { set, atLeast, atMost }: Pick<RuleEffect, 'set' | 'atLeast' | 'atMost'>,
): Sentiment {
  let changed = set === null ? sentiment : toSentiment([set.negative, set.neutral, set.positive]);
  for (const label of SENTIMENT_LABELS) {
    const floor = atLeast[label];
    if (floor !== undefined && changed[label] < floor) changed = withProbability(changed, label, floor);
  }
  for (const label of SENTIMENT_LABELS) {
    const ceiling = atMost[label];
    if (ceiling !== undefined && changed[label] > ceiling) changed = withoutExcess(changed, label, ceiling);
  }
  return changed;
}

/** What a veto takes away becomes neutral: that news is not bad does not make it good. */
function withoutExcess(sentiment: Sentiment, label: SentimentLabel, ceiling: number): Sentiment {
  if (label === 'neutral') return withProbability(sentiment, label, ceiling);
  const negative = label === 'negative' ? ceiling : sentiment.negative;
  const positive = label === 'positive' ? ceiling : sentiment.positive;
  return toSentiment([negative, Math.max(0, 1 - negative - positive), positive]);
}

/** The other classes share the rest in their proportion; where they have none, all of it is neutral (or, for neutral, even). */
function withProbability(sentiment: Sentiment, label: SentimentLabel, probability: number): Sentiment {
  const others = SENTIMENT_LABELS.filter((other) => other !== label);
  const mass = others.reduce((sum, other) => sum + sentiment[other], 0);
  const rest = 1 - probability;
  const shareOf = (other: SentimentLabel): number => {
    if (other === label) return probability;
    if (mass > 0) return (rest * sentiment[other]) / mass;
    if (label === 'neutral') return rest / 2;
    return other === 'neutral' ? rest : 0;
  };
  return toSentiment([shareOf('negative'), shareOf('neutral'), shareOf('positive')]);
}
