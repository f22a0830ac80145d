import { diverseOrder } from '../labelling/diverse-order.js';
import { rankCandidates, uncertaintyOf, wordsOf, type Probabilities } from '../labelling/rank-candidates.js';
import type { TrainingRow } from './collect-rows.js';
import { createSentimentTrial, type SentimentTrial } from './sentiment-trial.js';
import type { Head, Target } from './train-head.js';

export const STRATEGIES = ['random', 'value', 'diverse', 'pseudo-labels'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface SimulationOptions {
  readonly seeds: readonly number[];
  /** Labels at each point of the curve, ascending. The first ones are drawn by lot, for all strategies the same. */
  readonly steps: readonly number[];
  /** All when left out. */
  readonly strategies?: readonly Strategy[];
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
/** Share of every choice that is drawn by lot. */
const LOT_SHARE = 0.2;
/** Answers this sure are taken for labels. */
const PSEUDO_CONFIDENCE = 0.95;
/** Beside labels of people they weigh so much. */
const PSEUDO_WEIGHT = 0.3;

/**
 * What labels are worth in the order of the queue (no row is in an alert, so that doubt decides) and by lot: rows that have labels play the
 * documents, and their labels are shown to the trainer only when a strategy asks for them. `diverse` asks for doubtful texts of many kinds; `pseudo-labels` labels by lot and adds
 * the model's own sure answers.
 *
 * Rows must have one right class of three. Deterministic. Time: about a second for each strategy, seed and 1,000 labels.
 */
export function simulateLabelling(
  rows: readonly TrainingRow[],
  { seeds, steps, strategies = STRATEGIES, onProgress }: SimulationOptions,
): readonly CurvePoint[] {
  const world = prepare(rows);
  return strategies.flatMap((strategy) => {
    const curves = seeds.map((seed) => runStrategy(world, strategy, { seed, steps }));
    onProgress(`${strategy}: ${curves.map((curve) => curve.at(-1)?.toFixed(3) ?? '-').join(', ')}`);
    return steps.map((labels, at) => ({ strategy, labels, macroF1: curves.map((curve) => curve[at] ?? 0) }));
  });
}

interface World {
  readonly trial: SentimentTrial;
  readonly words: readonly (readonly string[])[];
  readonly pool: readonly number[];
  readonly judges: readonly number[];
}

function prepare(rows: readonly TrainingRow[]): World {
  const places = rows.map((_, index) => index);
  return {
    trial: createSentimentTrial(rows),
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
    const { trial, judges } = world;
    const taught = trial.teach(labelled);
    head = trial.train(taught, seed);
    if (strategy === 'pseudo-labels')
      head = trial.train([...taught, ...pseudoTargets(world, labelled, head)], seed);
    return trial.judge(judges, head);
  });
}

interface Pick {
  /** Null before anything is labelled. */
  readonly head: Head | null;
  readonly labelled: ReadonlySet<number>;
  readonly count: number;
  readonly seed: number;
}

function pick(world: World, strategy: Strategy, given: Pick): readonly number[] {
  const { head, labelled, count, seed } = given;
  if (strategy === 'diverse' && head !== null) return pickDiverse(world, { ...given, head });
  const by = head !== null && strategy === 'value' ? 'value' : 'random';
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
  const options = {
    size: count,
    by,
    seed: seed + labelled.size,
    randomShare: LOT_SHARE,
    labelledWords,
  } as const;
  return rankCandidates(candidates, options).map(({ candidate }) => candidate.index);
}

function pickDiverse(
  world: World,
  { head, labelled, count, seed }: Pick & { readonly head: Head },
): readonly number[] {
  const lot = pick(world, 'random', { head, labelled, count: Math.round(count * LOT_SHARE), seed });
  const left = world.pool.filter((index) => !labelled.has(index) && !lot.includes(index));
  const candidates = left.map((index) => ({
    words: world.words[index] ?? [],
    doubt: uncertaintyOf(probabilitiesOf(world, index, head)),
  }));
  const known = [...labelled].map((index) => world.words[index] ?? []);
  const order = diverseOrder(candidates, { count: count - lot.length, known });
  return [...lot, ...order.flatMap((at) => left[at] ?? [])];
}

function pseudoTargets(world: World, labelled: ReadonlySet<number>, head: Head): readonly Target[] {
  return world.pool.flatMap((row): Target[] => {
    if (labelled.has(row)) return [];
    const scores = world.trial.scores(row, head);
    const best = scores.indexOf(Math.max(...scores));
    return (scores[best] ?? 0) < PSEUDO_CONFIDENCE
      ? []
      : [{ row, allowed: 0b111, right: 1 << best, weight: PSEUDO_WEIGHT }];
  });
}

function probabilitiesOf(world: World, row: number, head: Head | null): Probabilities {
  if (head === null) return { negative: 1 / 3, neutral: 1 / 3, positive: 1 / 3 };
  const [negative = 0, neutral = 0, positive = 0] = world.trial.scores(row, head);
  return { negative, neutral, positive };
}
