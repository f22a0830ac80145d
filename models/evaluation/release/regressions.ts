import type { JudgedRow } from '../judge-rows.js';
import { SLICE_DIMENSIONS, sliceNames } from '../slices/slice-names.js';

/** Points of accuracy that a slice may lose against the model that is served now. */
export const ALLOWED_LOSS_POINTS = 3;
/** Smaller slices move by more than that for no reason. */
export const MIN_SLICE_ROWS = 100;

/** A slice on which the candidate is worse than the model that is served. */
export interface SliceLoss {
  readonly slice: string;
  readonly n: number;
  readonly served: number;
  readonly candidate: number;
  /** 100 times the difference of the accuracies. */
  readonly points: number;
}

/**
 * The slices that lose more than the allowed points, the largest loss first: what a new model forgot though its mean is better. Both
 * lists hold the same rows in the same order; the topic slice is the served model's.
 */
export function findLosses(
  served: readonly JudgedRow[],
  candidate: readonly JudgedRow[],
): readonly SliceLoss[] {
  const slices = new Map<string, { n: number; served: number; candidate: number }>();
  for (const [index, row] of served.entries()) {
    const other = candidate[index];
    if (other === undefined) continue;
    const names = sliceNames(row);
    for (const dimension of SLICE_DIMENSIONS) {
      const slice = `${dimension} ${names[dimension]}`;
      const tally = slices.get(slice) ?? { n: 0, served: 0, candidate: 0 };
      tally.n += 1;
      if (row.answer.sentiment.label === row.label) tally.served += 1;
      if (other.answer.sentiment.label === row.label) tally.candidate += 1;
      slices.set(slice, tally);
    }
  }
  return Array.from(slices, ([slice, tally]) => ({
    slice,
    n: tally.n,
    served: tally.served / tally.n,
    candidate: tally.candidate / tally.n,
    points: (100 * (tally.served - tally.candidate)) / tally.n,
  }))
    .filter(({ n, points }) => n >= MIN_SLICE_ROWS && points > ALLOWED_LOSS_POINTS)
    .sort((a, b) => b.points - a.points);
}
