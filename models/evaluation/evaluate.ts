import type { Clock } from '../../pipeline/core/clock.js';
import type { Classification, Classifier } from '../../pipeline/core/model.js';
import type { ModelVersion } from '../../pipeline/core/scored.js';
import { SENTIMENT_LABELS, TOPIC_IDS, type SentimentLabel } from '../../pipeline/core/taxonomy.js';
import type { ScoreMentions } from './judge-mentions.js';
import {
  classificationFigures,
  expectedCalibrationError,
  meanAbsoluteError,
  spearman,
  type ClassFigures,
} from './metrics.js';
import type { LabelledRow } from './read-labelled-rows.js';
import { toTopicId } from './topic-map.js';

export interface EvaluateOptions {
  /** Named in the report. */
  readonly set: string;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly scoreMentions?: ScoreMentions;
}

export interface Figures {
  readonly accuracy: number;
  readonly macroF1: number;
}

/** What `bellwether evaluate` prints. A part is null when no row has a label for it. */
export interface EvaluateReport {
  readonly model: ModelVersion;
  readonly set: string;
  readonly n: number;
  readonly sentiment:
    | (Figures & {
        readonly n: number;
        readonly ece: number;
        readonly perClass: Readonly<Record<SentimentLabel, ClassFigures>>;
      })
    | null;
  /** The model's intensity, or else its polarity, against the set's own intensity, −1…1. */
  readonly intensity: { readonly n: number; readonly mae: number; readonly spearman: number } | null;
  readonly topic: (Figures & { readonly n: number }) | null;
  /** Entities that were not found count as wrong, answered `neutral`. */
  readonly entities: (Figures & { readonly n: number; readonly found: number }) | null;
  /** Rows a second, `classify` alone, on as many threads as the model has, after a warm-up on the first rows: of a model without a cache. */
  readonly docsPerSecond: number;
}

const BATCH = 256;
const WARM_UP_ROUNDS = 12;
/** An encoder without a cache takes long for a round, and its threads are warm after one. */
const WARM_UP_MS = 1000;

interface Tally {
  readonly truth: number[];
  readonly answers: number[];
}

interface Tallies {
  n: number;
  elapsedMs: number;
  readonly sentiment: Tally & { readonly confidences: number[] };
  readonly intensity: Tally;
  readonly topic: Tally;
  readonly entities: Tally & { found: number };
}

/** Classifies labelled rows in batches and compares; a row without a label does not count for that label's figure. */
export async function evaluate(
  classifier: Classifier,
  rows: AsyncIterable<LabelledRow> | Iterable<LabelledRow>,
  options: EvaluateOptions,
): Promise<EvaluateReport> {
  const tallies: Tallies = {
    n: 0,
    elapsedMs: 0,
    sentiment: { truth: [], answers: [], confidences: [] },
    intensity: { truth: [], answers: [] },
    topic: { truth: [], answers: [] },
    entities: { truth: [], answers: [], found: 0 },
  };
  let batch: LabelledRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    if (tallies.n === 0) await warmUp(classifier, batch, options.clock);
    await classifyBatch(classifier, batch, options, tallies);
    batch = [];
  }
  await classifyBatch(classifier, batch, options, tallies);
  return toReport(classifier.model, options.set, tallies);
}

/** The first thousands of texts run in code that the engine has not compiled yet: they would say nothing about a service. */
async function warmUp(
  classifier: Classifier,
  batch: readonly LabelledRow[],
  clock: EvaluateOptions['clock'],
): Promise<void> {
  const inputs = batch.map((row) => ({ text: row.text, language: row.lang }));
  const end = clock.monotonic() + WARM_UP_MS;
  for (let round = 0; round < WARM_UP_ROUNDS && clock.monotonic() < end; round += 1)
    await classifier.classify(inputs);
}

async function classifyBatch(
  classifier: Classifier,
  batch: readonly LabelledRow[],
  options: EvaluateOptions,
  tallies: Tallies,
): Promise<void> {
  const started = options.clock.monotonic();
  const answers = await classifier.classify(batch.map((row) => ({ text: row.text, language: row.lang })));
  tallies.elapsedMs += options.clock.monotonic() - started;
  tallies.n += batch.length;
  for (const [index, row] of batch.entries()) {
    const answer = answers[index];
    if (answer === undefined) continue;
    tallySentiment(row, answer, tallies);
    tallyTopic(row, answer, tallies);
  }
  const named = batch.filter(({ entities }) => entities.length > 0);
  const labels = (await options.scoreMentions?.(named)) ?? [];
  for (const [index, row] of named.entries()) tallyEntities(row, labels[index] ?? [], tallies);
}

function tallySentiment(row: LabelledRow, answer: Classification, tallies: Tallies): void {
  if (row.sentiment !== null) {
    tallies.sentiment.truth.push(SENTIMENT_LABELS.indexOf(row.sentiment));
    tallies.sentiment.answers.push(SENTIMENT_LABELS.indexOf(answer.sentiment.label));
    tallies.sentiment.confidences.push(answer.sentiment.confidence);
  }
  if (row.score !== null) {
    tallies.intensity.truth.push(row.score);
    tallies.intensity.answers.push(answer.intensity ?? answer.sentiment.polarity);
  }
}

function tallyTopic(row: LabelledRow, answer: Classification, tallies: Tallies): void {
  const first = row.topics[0];
  const topic = first === undefined ? null : toTopicId(row.source, first);
  if (topic === null) return;
  tallies.topic.truth.push(TOPIC_IDS.indexOf(topic));
  tallies.topic.answers.push(TOPIC_IDS.indexOf(answer.topics[0]?.topic ?? 'other'));
}

function tallyEntities(row: LabelledRow, labels: readonly (SentimentLabel | null)[], tallies: Tallies): void {
  for (const [index, entity] of row.entities.entries()) {
    const label = labels[index] ?? null;
    if (label !== null) tallies.entities.found += 1;
    tallies.entities.truth.push(SENTIMENT_LABELS.indexOf(entity.sentiment));
    tallies.entities.answers.push(SENTIMENT_LABELS.indexOf(label ?? 'neutral'));
  }
}

function toReport(model: ModelVersion, set: string, tallies: Tallies): EvaluateReport {
  const { sentiment, intensity, entities } = tallies;
  const topic = figures(tallies.topic, TOPIC_IDS.length);
  const mentions = figures(entities, SENTIMENT_LABELS.length);
  return {
    model,
    set,
    n: tallies.n,
    sentiment: sentimentReport(sentiment),
    intensity:
      intensity.truth.length === 0
        ? null
        : {
            n: intensity.truth.length,
            mae: meanAbsoluteError(intensity.truth, intensity.answers),
            spearman: spearman(intensity.truth, intensity.answers),
          },
    topic,
    entities: mentions === null ? null : { ...mentions, found: entities.found },
    docsPerSecond: tallies.elapsedMs === 0 ? 0 : Math.round(tallies.n / (tallies.elapsedMs / 1000)),
  };
}

function sentimentReport(tally: Tallies['sentiment']): EvaluateReport['sentiment'] {
  if (tally.truth.length === 0) return null;
  const { accuracy, macroF1, perClass } = classificationFigures(
    tally.truth,
    tally.answers,
    SENTIMENT_LABELS.length,
  );
  const [negative = NO_FIGURES, neutral = NO_FIGURES, positive = NO_FIGURES] = perClass;
  const right = tally.truth.map((label, index) => label === tally.answers[index]);
  const ece = expectedCalibrationError(tally.confidences, right);
  return { n: tally.truth.length, accuracy, macroF1, ece, perClass: { negative, neutral, positive } };
}

const NO_FIGURES: ClassFigures = { precision: 0, recall: 0, f1: 0 };

function figures(tally: Tally, classes: number): (Figures & { n: number }) | null {
  if (tally.truth.length === 0) return null;
  const { accuracy, macroF1 } = classificationFigures(tally.truth, tally.answers, classes);
  return { n: tally.truth.length, accuracy, macroF1 };
}
