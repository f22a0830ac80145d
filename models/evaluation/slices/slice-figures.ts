import { SENTIMENT_LABELS, type SentimentLabel } from '../../../pipeline/core/taxonomy.js';
import { bootstrap, wilson, type Estimate } from '../intervals.js';
import type { JudgedRow } from '../judge-rows.js';
import { classificationFigures, expectedCalibrationError } from '../metrics.js';
import { SLICE_DIMENSIONS, sliceNames, type SliceDimension } from './slice-names.js';

/** How a model fares on some rows; shares with Wilson's 95 % interval, macro-F1 with a bootstrapped one. */
export interface SliceFigures {
  readonly n: number;
  readonly accuracy: Estimate;
  readonly macroF1: Estimate;
  /** Null where no row has the label. */
  readonly negativeRecall: Estimate | null;
  readonly neutralRecall: Estimate | null;
  /**
   * Ten bins of equal size. It has no interval: drawing rows again adds noise to every bin, and noise only ever adds to this error, so
   * that a bootstrapped interval lies above the figure when rows are few, often without holding it.
   */
  readonly ece: number;
}

export interface Slice extends SliceFigures {
  readonly dimension: SliceDimension;
  readonly value: string;
}

export interface SliceReport {
  readonly all: SliceFigures;
  readonly slices: readonly Slice[];
}

const BOOTSTRAP = { seed: 20_261_128, rounds: 1000 };

/** Figures of all rows and of every slice, largest slice first within its dimension. At least one row is needed. */
export function sliceReport(rows: readonly JudgedRow[]): SliceReport {
  const groups = new Map<string, { dimension: SliceDimension; value: string; rows: JudgedRow[] }>();
  for (const row of rows) {
    const names = sliceNames(row);
    for (const dimension of SLICE_DIMENSIONS) {
      const value = names[dimension];
      const key = `${dimension}\n${value}`;
      const group = groups.get(key) ?? { dimension, value, rows: [] };
      group.rows.push(row);
      groups.set(key, group);
    }
  }
  const slices = [...groups.values()].map(({ dimension, value, rows: members }) => ({
    dimension,
    value,
    ...sliceFigures(members),
  }));
  slices.sort(
    (a, b) =>
      SLICE_DIMENSIONS.indexOf(a.dimension) - SLICE_DIMENSIONS.indexOf(b.dimension) ||
      b.n - a.n ||
      (a.value < b.value ? -1 : 1),
  );
  return { all: sliceFigures(rows), slices };
}

export function sliceFigures(rows: readonly JudgedRow[]): SliceFigures {
  // In the order of confidence, which the interval of the macro-F1 is drawn in.
  const sorted = [...rows].sort((a, b) => a.answer.sentiment.confidence - b.answer.sentiment.confidence);
  const truth = sorted.map(({ label }) => SENTIMENT_LABELS.indexOf(label));
  const answers = sorted.map(({ answer }) => SENTIMENT_LABELS.indexOf(answer.sentiment.label));
  const confidences = sorted.map(({ answer }) => answer.sentiment.confidence);
  const macroF1 = (members: Uint32Array) =>
    classificationFigures(pick(truth, members), pick(answers, members), SENTIMENT_LABELS.length).macroF1;
  const everyRow = Uint32Array.from(sorted, (_, index) => index);
  const isRight = truth.map((label, index) => label === answers[index]);
  return {
    n: rows.length,
    accuracy: wilson(isRight.filter(Boolean).length, rows.length),
    macroF1: { value: macroF1(everyRow), ...bootstrap(rows.length, macroF1, BOOTSTRAP) },
    negativeRecall: recall(rows, 'negative'),
    neutralRecall: recall(rows, 'neutral'),
    ece: expectedCalibrationError(confidences, isRight),
  };
}

function recall(rows: readonly JudgedRow[], label: SentimentLabel): Estimate | null {
  const members = rows.filter((row) => row.label === label);
  const right = members.filter((row) => row.answer.sentiment.label === label).length;
  return members.length === 0 ? null : wilson(right, members.length);
}

function pick(values: readonly number[], members: Uint32Array): number[] {
  return Array.from(members, (member) => values[member] ?? 0);
}
