import { SENTIMENT_LABELS } from '../../pipeline/core/taxonomy.js';
import { classificationFigures } from '../evaluation/metrics.js';
import { createLexicon } from '../lexicon/lexicon.js';
import { rankCandidates, wordsOf, type Probabilities } from '../labelling/rank-candidates.js';
import { softmaxInPlace } from '../to-sentiment.js';
import type { TrainingRow } from './collect-rows.js';
import { extractRows } from './extract-rows.js';
import { scoreRow, trainHead, type FeatureRows, type Head, type Target } from './train-head.js';

export const STRATEGIES = ['random', 'value', 'pseudo-labels'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface SimulationOptions {
  readonly seeds: readonly number[];
  /** Labels at each point of the curve, ascending. The first ones are drawn by lot, for all strategies the same. */
  readonly steps: readonly number[];
  readonly onProgress: (sentence: string) => void;
}

/** Macro-F1 on the fold kept back after so many labels, by seed. */
export interface CurvePoint {
  readonly strategy: Strategy;
  readonly labels: number;
  readonly macroF1: readonly number[];
}

/** Rows of this fold judge and are never labelled. */
const KEPT_BACK_FOLD = 1;
const HEAD = { classes: SENTIMENT_LABELS.length, bits: 18, epochs: 8, learningRate: 0.15, l2: 3e-4 } as const;
/** Answers this sure are taken for labels. */
const PSEUDO_CONFIDENCE = 0.95;
/** Beside labels of people they weigh so much. */
const PSEUDO_WEIGHT = 0.3;

/**
 * What labels are worth in the order of the queue (no row is in an alert, so that doubt decides) and by lot: rows that have labels play the
 * documents, and their labels are shown to the trainer only when a strategy asks for them. `pseudo-labels` labels by lot and adds
 * the model's own sure answers.
 *
 * Rows must have one right class of three. Deterministic. Time: about a second for each strategy, seed and 1,000 labels.
 */
export function simulateLabelling(
  rows: readonly TrainingRow[],
  { seeds, steps, onProgress }: SimulationOptions,
): readonly CurvePoint[] {
  const world = prepare(rows);
  return STRATEGIES.flatMap((strategy) => {
    const curves = seeds.map((seed) => runStrategy(world, strategy, { seed, steps }));
    onProgress(`${strategy}: ${curves.map((curve) => curve.at(-1)?.toFixed(3) ?? '-').join(', ')}`);
    return steps.map((labels, at) => ({ strategy, labels, macroF1: curves.map((curve) => curve[at] ?? 0) }));
  });
}

interface World {
  readonly features: FeatureRows;
  /** The right class of each row. */
  readonly truth: readonly number[];
  readonly words: readonly (readonly string[])[];
  readonly pool: readonly number[];
  readonly judges: readonly number[];
}

function prepare(rows: readonly TrainingRow[]): World {
  const places = rows.map((_, index) => index);
  return {
    features: extractRows(rows, createLexicon()),
    truth: rows.map(({ sentiment }) => Math.log2(sentiment?.right ?? 1)),
    words: rows.map(({ text }) => wordsOf(text)),
    pool: places.filter((index) => rows[index]?.fold !== KEPT_BACK_FOLD),
    judges: places.filter((index) => rows[index]?.fold === KEPT_BACK_FOLD),
  };
}

function runStrategy(
  world: World,
  strategy: Strategy,
  { seed, steps }: { readonly seed: number; readonly steps: readonly number[] },
): readonly number[] {
  const labelled = new Set<number>();
  let head: Head | null = null;
  return steps.map((labels) => {
    for (const index of pick(world, strategy, { head, labelled, count: labels - labelled.size, seed }))
      labelled.add(index);
    head = train(world, targetsOf(world, labelled), seed);
    if (strategy === 'pseudo-labels')
      head = train(world, [...targetsOf(world, labelled), ...pseudoTargets(world, labelled, head)], seed);
    return judge(world, head);
  });
}

interface Pick {
  /** Null before anything is labelled. */
  readonly head: Head | null;
  readonly labelled: ReadonlySet<number>;
  readonly count: number;
  readonly seed: number;
}

function pick(world: World, strategy: Strategy, { head, labelled, count, seed }: Pick): readonly number[] {
  const by = head === null || strategy === 'pseudo-labels' ? 'random' : strategy;
  const candidates = world.pool
    .filter((index) => !labelled.has(index))
    .map((index) => ({
      index,
      id: String(index),
      storyId: String(index),
      words: world.words[index] ?? [],
      probabilities: probabilitiesOf(world, index, head),
      second: null,
      alerts: 0,
      refuted: false,
      drawn: true,
    }));
  const labelledWords = [...labelled].map((index) => world.words[index] ?? []);
  const options = { size: count, by, seed: seed + labelled.size, randomShare: 0.2, labelledWords } as const;
  return rankCandidates(candidates, options).map(({ candidate }) => candidate.index);
}

function train(world: World, targets: readonly Target[], seed: number): Head {
  return trainHead(world.features, targets, { ...HEAD, seed });
}

function targetsOf(world: World, labelled: ReadonlySet<number>): readonly Target[] {
  return [...labelled].map((row) => ({
    row,
    allowed: 0b111,
    right: 1 << (world.truth[row] ?? 0),
    weight: 1,
  }));
}

function pseudoTargets(world: World, labelled: ReadonlySet<number>, head: Head): readonly Target[] {
  return world.pool.flatMap((row): Target[] => {
    if (labelled.has(row)) return [];
    const scores = scoresOf(world, row, head);
    const best = scores.indexOf(Math.max(...scores));
    return (scores[best] ?? 0) < PSEUDO_CONFIDENCE
      ? []
      : [{ row, allowed: 0b111, right: 1 << best, weight: PSEUDO_WEIGHT }];
  });
}

function judge(world: World, head: Head): number {
  const answers = world.judges.map((row) => {
    const scores = scoresOf(world, row, head);
    return scores.indexOf(Math.max(...scores));
  });
  const truth = world.judges.map((row) => world.truth[row] ?? 0);
  return classificationFigures(truth, answers, HEAD.classes).macroF1;
}

function scoresOf(world: World, row: number, head: Head): Float64Array {
  const scores = new Float64Array(HEAD.classes);
  scoreRow(world.features, row, head, scores);
  softmaxInPlace(scores);
  return scores;
}

function probabilitiesOf(world: World, row: number, head: Head | null): Probabilities {
  if (head === null) return { negative: 1 / 3, neutral: 1 / 3, positive: 1 / 3 };
  const [negative = 0, neutral = 0, positive = 0] = scoresOf(world, row, head);
  return { negative, neutral, positive };
}
