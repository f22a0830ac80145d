import type { Sentiment } from '../pipeline/core/scored.js';
import { SENTIMENT_LABELS, type SentimentLabel } from '../pipeline/core/taxonomy.js';

/** Three numbers in the order of SENTIMENT_LABELS: negative, neutral, positive. */
export type SentimentTriple = readonly [negative: number, neutral: number, positive: number];

/** Normalises the triple to probabilities and derives polarity, confidence and label; a tie goes to the first label. */
export function toSentiment(weights: SentimentTriple): Sentiment {
  const total = weights[0] + weights[1] + weights[2];
  const negative = weights[0] / total;
  const positive = weights[2] / total;
  const neutral = Math.max(0, 1 - negative - positive);
  const confidence = Math.max(negative, neutral, positive);
  const label: SentimentLabel =
    SENTIMENT_LABELS[[negative, neutral, positive].indexOf(confidence)] ?? 'neutral';
  return { negative, neutral, positive, polarity: positive - negative, confidence, label };
}

/** Replaces scores by probabilities, in place, without overflow. */
export function softmaxInPlace(scores: Float64Array | Float32Array): void {
  let max = -Infinity;
  for (const score of scores) if (score > max) max = score;
  let total = 0;
  for (let index = 0; index < scores.length; index += 1) {
    const value = Math.exp((scores[index] ?? 0) - max);
    scores[index] = value;
    total += value;
  }
  for (let index = 0; index < scores.length; index += 1) scores[index] = (scores[index] ?? 0) / total;
}
