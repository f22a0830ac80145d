import { SENTIMENT_LABELS, TOPIC_IDS, type SentimentLabel } from '../../../pipeline/core/taxonomy.js';
import type { JudgedRow } from '../judge-rows.js';
import type { JudgedMention } from '../judge-mentions.js';
import { classificationFigures, expectedCalibrationError } from '../metrics.js';
import type { LabelledRow } from '../read-labelled-rows.js';
import { classifyAll, type TextModel } from '../text-model.js';
import { toTopicId } from '../topic-map.js';

/** A figure by which a model is judged, with the number of rows behind it. */
export interface Figure {
  readonly value: number;
  readonly n: number;
}

export function accuracy(rows: readonly JudgedRow[]): Figure {
  const right = rows.filter(({ label, answer }) => label === answer.sentiment.label).length;
  return { value: right / rows.length, n: rows.length };
}

export function macroF1(rows: readonly JudgedRow[]): Figure {
  return f1Of(rows, SENTIMENT_LABELS, ({ answer }) => answer.sentiment.label);
}

/** A set without neutral rows: the likelier of negative and positive counts. */
export function twoSidedF1(rows: readonly JudgedRow[]): Figure {
  return f1Of(rows, ['negative', 'positive'], ({ answer: { sentiment } }) =>
    sentiment.negative > sentiment.positive ? 'negative' : 'positive',
  );
}

/** A set whose "neutral" means not negative: negative counts where it is at least as likely as both others together. */
export function negativeOrNotF1(rows: readonly JudgedRow[]): Figure {
  return f1Of(rows, ['negative', 'neutral'], ({ answer }) =>
    answer.sentiment.negative >= 0.5 ? 'negative' : 'neutral',
  );
}

function f1Of(
  rows: readonly JudgedRow[],
  labels: readonly SentimentLabel[],
  answerOf: (row: JudgedRow) => SentimentLabel,
): Figure {
  const figures = classificationFigures(
    rows.map(({ label }) => labels.indexOf(label)),
    rows.map((row) => labels.indexOf(answerOf(row))),
    labels.length,
  );
  return { value: figures.macroF1, n: rows.length };
}

export function recall(rows: readonly JudgedRow[], label: SentimentLabel): Figure {
  return accuracy(rows.filter((row) => row.label === label));
}

export function calibrationError(rows: readonly JudgedRow[]): Figure {
  const confidences = rows.map(({ answer }) => answer.sentiment.confidence);
  const right = rows.map(({ label, answer }) => label === answer.sentiment.label);
  return { value: expectedCalibrationError(confidences, right), n: rows.length };
}

export function mentionAccuracy(mentions: readonly JudgedMention[]): Figure {
  const right = mentions.filter(({ label, answer }) => label === answer).length;
  return { value: right / mentions.length, n: mentions.length };
}

/** Accuracy and macro-F1 over our coarse topics of the rows whose own topic stands for one of ours. */
export async function topicFigures(
  model: TextModel,
  rows: readonly LabelledRow[],
): Promise<{ readonly accuracy: Figure; readonly macroF1: Figure }> {
  const labelled = rows.flatMap((row) => {
    const topic = row.topics[0] === undefined ? null : toTopicId(row.source, row.topics[0]);
    return topic === null ? [] : [{ row, topic }];
  });
  const answers = await classifyAll(
    model,
    labelled.map(({ row }) => ({ text: row.text, language: row.lang })),
  );
  const figures = classificationFigures(
    labelled.map(({ topic }) => TOPIC_IDS.indexOf(topic)),
    answers.map(({ topics }) => TOPIC_IDS.indexOf(topics[0]?.topic ?? 'other')),
    TOPIC_IDS.length,
  );
  return {
    accuracy: { value: figures.accuracy, n: labelled.length },
    macroF1: { value: figures.macroF1, n: labelled.length },
  };
}

/**
 * Largest difference of a probability between a text scored in a batch of all and the same text scored alone. Takes as many calls as
 * there are texts. A model with a cache answers alone what it answered in the batch: load it without one. A text without an answer
 * makes the figure NaN, which passes nowhere.
 */
export async function batchDifference(
  model: TextModel,
  texts: readonly { readonly text: string; readonly language: string }[],
): Promise<Figure> {
  const together = await Promise.resolve(model.classify(texts));
  let largest = 0;
  for (const [index, text] of texts.entries()) {
    const [alone] = await Promise.resolve(model.classify([text]));
    const batched = together[index];
    if (alone === undefined || batched === undefined) return { value: Number.NaN, n: texts.length };
    for (const label of SENTIMENT_LABELS)
      largest = Math.max(largest, Math.abs(alone.sentiment[label] - batched.sentiment[label]));
  }
  return { value: largest, n: texts.length };
}
