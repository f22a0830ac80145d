import { SENTIMENT_LABELS } from '../../pipeline/core/taxonomy.js';
import { classificationFigures } from '../evaluation/metrics.js';
import { createLexicon } from '../lexicon/lexicon.js';
import { softmaxInPlace } from '../to-sentiment.js';
import type { TrainingRow } from './collect-rows.js';
import { extractRows } from './extract-rows.js';
import { scoreRow, trainHead, type Head, type Target } from './train-head.js';

/** Rows on which n-gram sentiment heads are trained and judged again and again; a row is named by its number. */
export interface SentimentTrial {
  train(targets: readonly Target[], seed: number): Head;
  /** Targets that teach the right class of the rows. */
  teach(rows: Iterable<number>): readonly Target[];
  /** Probabilities in the order of the labels. */
  scores(row: number, head: Head): Float64Array;
  /** Macro-F1 over three classes. */
  judge(rows: readonly number[], head: Head): number;
}

const HEAD = { classes: SENTIMENT_LABELS.length, bits: 18, epochs: 8, learningRate: 0.15, l2: 3e-4 } as const;

/** Rows must have one right class of three. Deterministic. Memory: 2 kB a row. */
export function createSentimentTrial(rows: readonly TrainingRow[]): SentimentTrial {
  const features = extractRows(rows, createLexicon());
  const truth = rows.map(({ sentiment }) => Math.log2(sentiment?.right ?? 1));
  const scores = (row: number, head: Head) => {
    const scored = new Float64Array(HEAD.classes);
    scoreRow(features, row, head, scored);
    softmaxInPlace(scored);
    return scored;
  };
  return {
    train: (targets, seed) => trainHead(features, targets, { ...HEAD, seed }),
    teach: (taught) =>
      [...taught].map((row) => ({ row, allowed: 0b111, right: 1 << (truth[row] ?? 0), weight: 1 })),
    scores,
    judge(judged, head) {
      const answers = judged.map((row) => {
        const scored = scores(row, head);
        return scored.indexOf(Math.max(...scored));
      });
      const right = judged.map((row) => truth[row] ?? 0);
      return classificationFigures(right, answers, HEAD.classes).macroF1;
    },
  };
}
