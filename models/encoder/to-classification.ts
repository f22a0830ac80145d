import type { Classification } from '../../pipeline/core/model.js';
import type { Sentiment } from '../../pipeline/core/scored.js';
import { SENTIMENT_LABELS, TOPIC_IDS, type TopicId } from '../../pipeline/core/taxonomy.js';
import type { TextKind } from '../ngram/text-kind.js';
import { softmaxInPlace, toSentiment } from '../to-sentiment.js';
import type { Calibration, EncoderManifest, ServedLanguage } from './manifest.js';
import type { NetworkOutput } from './runtime/network.js';

const MAX_TOPICS = 3;

/** Calibrated answer from the raw outputs of a network; the topics are left to another model where it has none. */
export function toClassification(
  output: NetworkOutput,
  language: ServedLanguage,
  { kind, topics }: { readonly kind: TextKind; readonly topics: EncoderManifest['topics'] },
): Classification {
  const calibration = language.calibration[kind];
  const { intensity, mentions } = output;
  return {
    sentiment: toCalibrated(inOurOrder(output.sentiment, language), calibration),
    topics: output.topics === undefined ? [] : toTopics(output.topics, topics, language.topicThreshold),
    flags: [],
    ...(intensity === undefined ? {} : { intensity: Math.min(1, Math.max(-1, intensity)) }),
    ...(mentions === undefined
      ? {}
      : { mentions: mentions.map((logits) => (logits === null ? null : toCalibrated(logits, calibration))) }),
  };
}

function inOurOrder(logits: readonly number[], { foreign }: ServedLanguage): readonly number[] {
  return foreign === undefined
    ? logits
    : SENTIMENT_LABELS.map((label) => logits[foreign.order.indexOf(label)] ?? 0);
}

/** softmax(logits / temperature + bias). */
export function toCalibrated(logits: readonly number[], { temperature, bias }: Calibration): Sentiment {
  const scores = Float64Array.from(logits, (logit, label) => logit / temperature + (bias[label] ?? 0));
  softmaxInPlace(scores);
  return toSentiment([scores[0] ?? 0, scores[1] ?? 0, scores[2] ?? 0]);
}

/** Each topic has a probability of its own: the best one, and others that pass the threshold. `other` stands alone. */
function toTopics(
  logits: readonly number[],
  order: EncoderManifest['topics'],
  threshold: number,
): Classification['topics'] {
  const ranked = order
    .map((topic, index) => ({ topic, probability: 1 / (1 + Math.exp(-(logits[index] ?? 0))) }))
    // Equal ones come in our own order, whatever the model's is.
    .sort((a, b) => b.probability - a.probability || placeOf(a.topic) - placeOf(b.topic));
  const best = ranked[0];
  if (best === undefined || best.topic === 'other') return ranked.slice(0, 1);
  return ranked
    .filter(({ topic, probability }, index) => index === 0 || (topic !== 'other' && probability >= threshold))
    .slice(0, MAX_TOPICS);
}

function placeOf(topic: TopicId): number {
  return TOPIC_IDS.indexOf(topic);
}
