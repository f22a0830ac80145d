import type { Classifier, ClassifierInput } from '../../pipeline/core/model.js';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../pipeline/core/taxonomy.js';
import type { SentimentTriple } from '../to-sentiment.js';

/** A row of `train rows` that says something about the sentiment: one of `right` is right, of those that the set tells apart (`allowed`). */
export interface BlendRow {
  readonly text: string;
  readonly language: string;
  readonly set: string;
  readonly right: readonly SentimentLabel[];
  readonly allowed: readonly SentimentLabel[];
}

/** How good a share is on rows that neither model has learned from. */
export interface BlendTrial {
  readonly weight: number;
  /** The one with the least log loss, all sets counting alike. */
  readonly temperature: number;
  /** Mean over the sets of -log P(right | allowed). */
  readonly logLoss: number;
  /** By set. */
  readonly accuracy: ReadonlyMap<string, number>;
}

const WEIGHTS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
const TEMPERATURES = Array.from({ length: 31 }, (_, step) => 0.5 + step * 0.05);
const LEAST = 1e-6;

/** Tries every share of the second model. Takes one answer of each model for each row; texts without an answer end it. */
export async function tryBlends(
  rows: readonly BlendRow[],
  [ours, other]: readonly [Pick<Classifier, 'classify'>, Pick<Classifier, 'classify'>],
): Promise<readonly BlendTrial[]> {
  const [mine, theirs] = [await logsOf(ours, rows), await logsOf(other, rows)];
  return WEIGHTS.map((weight) => {
    const logs = mine.map((triple, row) => mix(triple, theirs[row] ?? triple, weight));
    const tried = TEMPERATURES.map((temperature) => ({
      temperature,
      logLoss: meanLoss(rows, logs, temperature),
    }));
    const best = tried.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
    return { weight, ...best, accuracy: bySet(rows, (row, at) => (isRight(row, logs[at]) ? 1 : 0)) };
  });
}

async function logsOf(
  model: Pick<Classifier, 'classify'>,
  rows: readonly BlendRow[],
): Promise<readonly SentimentTriple[]> {
  const inputs: readonly ClassifierInput[] = rows.map(({ text, language }) => ({ text, language }));
  const answers = await model.classify(inputs);
  return answers.map(({ sentiment, unanswered }, at) => {
    if (unanswered === true) throw new Error(`No answer came to "${rows[at]?.text.slice(0, 80) ?? ''}".`);
    const log = (label: SentimentLabel) => Math.log(Math.max(sentiment[label], LEAST));
    return [log('negative'), log('neutral'), log('positive')];
  });
}

function mix(ours: SentimentTriple, other: SentimentTriple, weight: number): SentimentTriple {
  const of = (at: 0 | 1 | 2) => (1 - weight) * ours[at] + weight * other[at];
  return [of(0), of(1), of(2)];
}

function meanLoss(rows: readonly BlendRow[], logs: readonly SentimentTriple[], temperature: number): number {
  const losses = bySet(rows, ({ right, allowed }, at) => {
    const total = (labels: readonly SentimentLabel[]) =>
      labels.reduce((sum, label) => sum + Math.exp((logs[at]?.[placeOf(label)] ?? 0) / temperature), 0);
    return -Math.log(total(right) / total(allowed));
  });
  return [...losses.values()].reduce((sum, loss) => sum + loss, 0) / losses.size;
}

/** Of those that the set tells apart, the likeliest; where one stands for several, these count together. */
function isRight({ right, allowed }: BlendRow, logs: SentimentTriple | undefined): boolean {
  const chance = (labels: readonly SentimentLabel[]) =>
    labels.reduce((sum, label) => sum + Math.exp(logs?.[placeOf(label)] ?? 0), 0);
  const others = allowed.filter((label) => !right.includes(label));
  // "Negative or not": the other class is all others together. Three classes: each by itself.
  return right.length > 1 || allowed.length < 3
    ? chance(right) > chance(others)
    : others.every((label) => chance(right) > chance([label]));
}

function placeOf(label: SentimentLabel): 0 | 1 | 2 {
  return SENTIMENT_LABELS.indexOf(label) as 0 | 1 | 2;
}

function bySet(
  rows: readonly BlendRow[],
  valueOf: (row: BlendRow, at: number) => number,
): ReadonlyMap<string, number> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const [at, row] of rows.entries()) {
    const entry = sums.get(row.set) ?? { sum: 0, count: 0 };
    sums.set(row.set, { sum: entry.sum + valueOf(row, at), count: entry.count + 1 });
  }
  return new Map([...sums].map(([set, { sum, count }]) => [set, sum / count]));
}
