import type { Classifier } from '../../pipeline/core/model.js';
import type { Sentiment } from '../../pipeline/core/scored.js';
import type { SentimentLabel } from '../../pipeline/core/taxonomy.js';
import { geometricMean } from '../encoder/blend.js';

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

/** Tries every share of the second model. Takes one answer of each model for each row; texts without an answer end it. */
export async function tryBlends(
  rows: readonly BlendRow[],
  [ours, other]: readonly [Pick<Classifier, 'classify'>, Pick<Classifier, 'classify'>],
): Promise<readonly BlendTrial[]> {
  const mine = await answersOf(ours, rows);
  const theirs = await answersOf(other, rows);
  return WEIGHTS.map((weight) => {
    const at = (temperature: number) =>
      mine.map((sentiment, row) =>
        geometricMean(sentiment, theirs[row] ?? sentiment, { weight, temperature }),
      );
    const tried = TEMPERATURES.map((temperature) => ({
      temperature,
      logLoss: meanLoss(rows, at(temperature)),
    }));
    const best = tried.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
    // A temperature changes no label.
    return { weight, ...best, accuracy: bySet(rows, at(1), (row, answer) => (isRight(row, answer) ? 1 : 0)) };
  });
}

async function answersOf(
  model: Pick<Classifier, 'classify'>,
  rows: readonly BlendRow[],
): Promise<readonly Sentiment[]> {
  const answers = await model.classify(rows.map(({ text, language }) => ({ text, language })));
  return answers.map(({ sentiment, unanswered }, at) => {
    if (unanswered === true) throw new Error(`No answer came to "${rows[at]?.text.slice(0, 80) ?? ''}".`);
    return sentiment;
  });
}

function meanLoss(rows: readonly BlendRow[], answers: readonly Sentiment[]): number {
  const losses = bySet(rows, answers, ({ right, allowed }, answer) => {
    return -Math.log(chanceOf(right, answer) / chanceOf(allowed, answer));
  });
  return [...losses.values()].reduce((sum, loss) => sum + loss, 0) / losses.size;
}

/** Of those that the set tells apart, the likeliest; where one stands for several, these count together. */
function isRight({ right, allowed }: BlendRow, answer: Sentiment): boolean {
  const chance = chanceOf(right, answer);
  const others = allowed.filter((label) => !right.includes(label));
  // "Negative or not": the other class is all others together. Three classes: each by itself.
  return right.length > 1 || allowed.length < 3
    ? chance > chanceOf(others, answer)
    : others.every((label) => chance > answer[label]);
}

function chanceOf(labels: readonly SentimentLabel[], answer: Sentiment): number {
  return labels.reduce((sum, label) => sum + answer[label], 0);
}

/** The mean of each set. */
function bySet(
  rows: readonly BlendRow[],
  answers: readonly Sentiment[],
  valueOf: (row: BlendRow, answer: Sentiment) => number,
): ReadonlyMap<string, number> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const [at, row] of rows.entries()) {
    const answer = answers[at];
    if (answer === undefined) continue;
    const { sum, count } = sums.get(row.set) ?? { sum: 0, count: 0 };
    sums.set(row.set, { sum: sum + valueOf(row, answer), count: count + 1 });
  }
  return new Map([...sums].map(([set, { sum, count }]) => [set, sum / count]));
}
