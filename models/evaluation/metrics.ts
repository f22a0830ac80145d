export interface ClassFigures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface ClassificationFigures {
  readonly accuracy: number;
  /** Mean F1 of the classes that occur among the true or the answered labels. */
  readonly macroF1: number;
  /** In the order of the classes; 0 where nothing can be divided. */
  readonly perClass: readonly ClassFigures[];
}

/** Accuracy, precision, recall and F1 from true and answered class numbers, at least one of each. */
export function classificationFigures(
  truth: readonly number[],
  answers: readonly number[],
  classes: number,
): ClassificationFigures {
  const right = new Float64Array(classes);
  const expected = new Float64Array(classes);
  const answered = new Float64Array(classes);
  for (const [index, label] of truth.entries()) {
    const answer = answers[index] ?? -1;
    expected[label] = (expected[label] ?? 0) + 1;
    answered[answer] = (answered[answer] ?? 0) + 1;
    if (answer === label) right[label] = (right[label] ?? 0) + 1;
  }
  const perClass = Array.from({ length: classes }, (_, k) =>
    figuresOf(right[k] ?? 0, answered[k] ?? 0, expected[k] ?? 0),
  );
  const occurring = perClass.filter((_, k) => (expected[k] ?? 0) + (answered[k] ?? 0) > 0);
  return {
    accuracy: right.reduce((sum, count) => sum + count, 0) / truth.length,
    macroF1: occurring.reduce((sum, figures) => sum + figures.f1, 0) / occurring.length,
    perClass,
  };
}

function figuresOf(right: number, answered: number, expected: number): ClassFigures {
  return {
    precision: answered === 0 ? 0 : right / answered,
    recall: expected === 0 ? 0 : right / expected,
    f1: answered + expected === 0 ? 0 : (2 * right) / (answered + expected),
  };
}

/**
 * Expected calibration error of the answered class: rows sorted by confidence, cut into bins of equal size (as equal as can be),
 * mean of |mean confidence − share right| weighted by bin size.
 */
export function expectedCalibrationError(
  confidences: readonly number[],
  right: readonly boolean[],
  bins = 10,
): number {
  const rows = confidences.map((confidence, index) => ({ confidence, right: right[index] === true ? 1 : 0 }));
  rows.sort((a, b) => a.confidence - b.confidence);
  let error = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const members = rows.slice(
      Math.floor((bin * rows.length) / bins),
      Math.floor(((bin + 1) * rows.length) / bins),
    );
    error += Math.abs(members.reduce((sum, row) => sum + row.confidence - row.right, 0));
  }
  return error / rows.length;
}

export function meanAbsoluteError(truth: readonly number[], answers: readonly number[]): number {
  return truth.reduce((sum, value, index) => sum + Math.abs(value - (answers[index] ?? 0)), 0) / truth.length;
}

/** Spearman's rank correlation; equal values share their mean rank. NaN when one side does not vary. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  return pearson(ranks(a), ranks(b));
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((x, y) => x.value - y.value);
  const result = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && order[end]?.value === order[start]?.value) end += 1;
    for (const { index } of order.slice(start, end)) result[index] = (start + end - 1) / 2;
    start = end;
  }
  return result;
}

function pearson(a: readonly number[], b: readonly number[]): number {
  const meanA = a.reduce((sum, value) => sum + value, 0) / a.length;
  const meanB = b.reduce((sum, value) => sum + value, 0) / b.length;
  let covariance = 0;
  let varianceA = 0;
  let varianceB = 0;
  for (const [index, value] of a.entries()) {
    const da = value - meanA;
    const db = (b[index] ?? 0) - meanB;
    covariance += da * db;
    varianceA += da * da;
    varianceB += db * db;
  }
  return covariance / Math.sqrt(varianceA * varianceB);
}

/**
 * Area under the ROC curve: the chance that a score of the first list is above one of the second, equal scores counting half. At least one
 * score on each side.
 */
export function areaUnderRoc(high: readonly number[], low: readonly number[]): number {
  const sum = ranks([...high, ...low])
    .slice(0, high.length)
    .reduce((total, rank) => total + rank + 1, 0);
  return (sum - (high.length * (high.length + 1)) / 2) / (high.length * low.length);
}
