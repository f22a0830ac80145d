import { describe, expect, it } from 'vitest';
import {
  classificationFigures,
  expectedCalibrationError,
  meanAbsoluteError,
  spearman,
} from '../../../../models/evaluation/metrics.js';

// The expected figures were computed once with scikit-learn 1.9.1 and SciPy on the same numbers.
describe('metrics', () => {
  it('agrees with scikit-learn on three classes', () => {
    const truth = [0, 0, 1, 2, 1, 1, 2, 0, 2, 1, 1, 0, 2, 2, 1];
    const answers = [0, 1, 1, 2, 1, 0, 2, 0, 1, 1, 2, 0, 2, 0, 1];
    const figures = classificationFigures(truth, answers, 3);
    expect(figures.accuracy).toBeCloseTo(0.6666666666666666, 12);
    expect(figures.macroF1).toBeCloseTo(0.6666666666666666, 12);
    for (const [index, [precision, recall]] of [
      [0.6, 0.75],
      [2 / 3, 2 / 3],
      [0.75, 0.6],
    ].entries()) {
      expect(figures.perClass[index]?.precision).toBeCloseTo(precision ?? 0, 12);
      expect(figures.perClass[index]?.recall).toBeCloseTo(recall ?? 0, 12);
    }
  });

  it('agrees with scikit-learn when a class is answered that never occurs', () => {
    const figures = classificationFigures([0, 2, 2, 0, 2, 0], [0, 2, 1, 0, 0, 0], 3);
    expect(figures.macroF1).toBeCloseTo(0.4523809523809524, 12);
    expect(figures.accuracy).toBeCloseTo(0.6666666666666666, 12);
  });

  it('leaves classes out of macro-F1 that nobody named', () => {
    expect(classificationFigures([0, 1], [0, 1], 3).macroF1).toBe(1);
  });

  it('agrees with a NumPy reference on the calibration error', () => {
    const confidences = [0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99];
    const right = [0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1].map(Boolean);
    expect(expectedCalibrationError(confidences, right, 5)).toBeCloseTo(0.134, 12);
    expect(expectedCalibrationError(confidences, right, 10)).toBeCloseTo(0.2273333333333333, 12);
  });

  it('agrees with SciPy on rank correlation with ties and with scikit-learn on mean absolute error', () => {
    const a = [0.1, -0.5, 0.3, 0.3, 0.9, -0.2, 0];
    const b = [0.2, -0.4, 0.1, 0.6, 0.8, -0.4, 0.1];
    expect(spearman(a, b)).toBeCloseTo(0.8899457101438082, 12);
    expect(meanAbsoluteError(a, b)).toBeCloseTo(0.15714285714285717, 12);
  });
});
