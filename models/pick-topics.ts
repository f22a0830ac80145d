import type { TopicScore } from '../pipeline/core/scored.js';
import { TOPIC_IDS } from '../pipeline/core/taxonomy.js';

const MAX_TOPICS = 3;
/** A second topic must be at least this probable. */
const MIN_PROBABILITY = 0.2;

/** The topics worth naming out of probabilities in the order of TOPIC_IDS: the best, and others that are likely too. `other` stands alone. */
export function pickTopics(probabilities: ArrayLike<number>): readonly TopicScore[] {
  const ranked = TOPIC_IDS.map((topic, index) => ({ topic, probability: probabilities[index] ?? 0 })).sort(
    (a, b) => b.probability - a.probability,
  );
  const best = ranked[0];
  if (best === undefined || best.topic === 'other') return ranked.slice(0, 1);
  return ranked
    .slice(0, MAX_TOPICS)
    .filter(
      (score, index) => index === 0 || (score.topic !== 'other' && score.probability >= MIN_PROBABILITY),
    );
}
