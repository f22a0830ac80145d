import type { RawDocument } from '../core/document.js';
import type { TopicScore } from '../core/scored.js';
import { TOPIC_IDS } from '../core/taxonomy.js';

/** A hint says what a document of its kind is about as a rule, no more. */
const HINT_PROBABILITY = 0.5;

/**
 * The topics that the model found. Where it found none (`other`), the one that the source hints at with `extra.topicHint`, such as the
 * form of a filing: a hint never takes the place of what the words say.
 */
export function hintTopics(topics: readonly TopicScore[], { extra }: RawDocument): readonly TopicScore[] {
  if (topics.some(({ topic }) => topic !== 'other')) return topics;
  const hint = TOPIC_IDS.find((topic) => topic === extra['topicHint']);
  return hint === undefined || hint === 'other' ? topics : [{ topic: hint, probability: HINT_PROBABILITY }];
}
