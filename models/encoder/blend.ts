import type { Classification } from '../../pipeline/core/model.js';
import type { Sentiment } from '../../pipeline/core/scored.js';
import type { SentimentLabel } from '../../pipeline/core/taxonomy.js';
import { toSentiment } from '../to-sentiment.js';
import type { Blend } from './manifest.js';

/** So that no model alone rules a label out. */
const LEAST = 1e-6;

/**
 * The sentiment is the weighted geometric mean of both, and so is that of a company that is named alone; of several companies the other
 * model cannot tell which it speaks of. A model below that abstains has no share.
 */
export function blend(ours: Classification, other: Classification, how: Blend): Classification {
  if (other.flags.includes('unclassified')) return ours;
  const mean = (sentiment: Sentiment) => geometricMean(sentiment, other.sentiment, how);
  const { mentions } = ours;
  return {
    ...ours,
    sentiment: mean(ours.sentiment),
    ...(mentions?.length === 1 ? { mentions: mentions.map((one) => one && mean(one)) } : {}),
  };
}

/** (ours^(1 - weight) · other^weight)^(1 / temperature), so scaled that the three sum to 1. */
export function geometricMean(
  ours: Sentiment,
  other: Sentiment,
  { weight, temperature }: Omit<Blend, 'ladder'>,
): Sentiment {
  const of = (label: SentimentLabel) =>
    (Math.max(ours[label], LEAST) ** (1 - weight) * Math.max(other[label], LEAST) ** weight) **
    (1 / temperature);
  return toSentiment([of('negative'), of('neutral'), of('positive')]);
}
