import { describe, expect, it } from 'vitest';
import { fitTemperature } from '../../../../models/training/calibrate.js';
import { createRandom } from '../../../../models/seeded-random.js';
import {
  scoreRow,
  trainHead,
  type FeatureRows,
  type Target,
} from '../../../../models/training/train-head.js';

const OPTIONS = { classes: 3, bits: 8, epochs: 20, learningRate: 0.5, l2: 1e-4, seed: 3 };

/** One feature a row; equal numbers are equal features. */
function oneHot(features: readonly number[]): FeatureRows {
  return {
    rowStarts: Uint32Array.from({ length: features.length + 1 }, (_, index) => index),
    hashes: Uint32Array.from(features, (feature) => (feature << 24) >>> 0),
    values: new Float32Array(features.length).fill(1),
  };
}

function scores(rows: FeatureRows, row: number, head: ReturnType<typeof trainHead>): number[] {
  const out = new Float64Array(3);
  scoreRow(rows, row, head, out);
  return Array.from(out);
}

const target = (row: number, right: number, allowed = 0b111): Target => ({ row, right, allowed, weight: 1 });

describe('trainHead', () => {
  it('learns which class goes with which feature, equally at every run', () => {
    const rows = oneHot([1, 2, 3, 1, 2, 3]);
    const targets = [1, 2, 4, 1, 2, 4].map((right, row) => target(row, right));
    const head = trainHead(rows, targets, OPTIONS);
    expect(
      [0, 1, 2].map((row) => scores(rows, row, head)).map((each) => each.indexOf(Math.max(...each))),
    ).toEqual([0, 1, 2]);
    expect(trainHead(rows, targets, OPTIONS).weights).toEqual(head.weights);
  });

  it('leaves a class alone that a binary set says nothing about', () => {
    const rows = oneHot([1, 2]);
    const head = trainHead(rows, [target(0, 0b001, 0b101), target(1, 0b100, 0b101)], OPTIONS);
    expect(head.bias[1]).toBe(0);
    expect(scores(rows, 0, head)[1]).toBe(0);
    expect(scores(rows, 0, head)[0]).toBeGreaterThan(0);
  });

  it('takes "one of these" as such: not negative pushes negative down and leaves the order of the others', () => {
    const rows = oneHot([1]);
    const [negative = 0, neutral = 0, positive = 0] = scores(
      rows,
      0,
      trainHead(rows, [target(0, 0b110)], OPTIONS),
    );
    expect(negative).toBeLessThan(neutral);
    expect(neutral).toBeCloseTo(positive, 5);
  });
});

describe('fitTemperature', () => {
  it('finds the factor by which scores were made too bold', () => {
    const random = createRandom(5);
    const rows = Array.from({ length: 4000 }, () => {
      const logits = [random() * 4 - 2, random() * 4 - 2, random() * 4 - 2];
      const odds = logits.map(Math.exp);
      let draw = random() * odds.reduce((sum, each) => sum + each, 0);
      const right = odds.findIndex((each) => (draw -= each) < 0);
      return { scores: Float64Array.from(logits, (each) => each * 2.5), right };
    });
    expect(fitTemperature(rows)).toBeGreaterThan(2.3);
    expect(fitTemperature(rows)).toBeLessThan(2.7);
  });

  it('answers 1 without rows', () => {
    expect(fitTemperature([])).toBe(1);
  });
});
