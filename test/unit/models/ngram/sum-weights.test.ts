import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createLexicon } from '../../../../models/lexicon/lexicon.js';
import { extractFeatures } from '../../../../models/ngram/extract-features.js';
import { FeatureBuffer } from '../../../../models/ngram/features.js';
import { sumWeights } from '../../../../models/ngram/sum-weights.js';
import { WeightTable } from '../../../../models/ngram/weight-table.js';

const BITS = 8;
const weightsFor = (classes: number, seed: number): Int8Array =>
  Int8Array.from({ length: classes << BITS }, (_, at) => Math.imul(at + 1, seed | 1) >> 11);

describe('sumWeights', () => {
  const lexicon = createLexicon();
  const buffer = new FeatureBuffer();

  /** What it stands for: one product after the other, in the order of the features. */
  function plainSums(weights: Int8Array, classes: number): number[] {
    const sums = new Array<number>(classes).fill(0);
    for (let entry = 0; entry < buffer.length; entry += 1) {
      const base = ((buffer.hashes[entry] ?? 0) >>> (32 - BITS)) * classes;
      for (let k = 0; k < classes; k += 1)
        sums[k] = (sums[k] ?? 0) + (weights[base + k] ?? 0) * (buffer.values[entry] ?? 0);
    }
    return sums;
  }

  const words = fc.constantFrom(
    'profit',
    'fell',
    'not',
    ' ',
    '3.2%',
    '净利润',
    '下降',
    '。',
    '.',
    '$ab',
    'costs ',
  );

  it.each([3, 20])('gives the plain sums of %i classes to the last bit', (classes) => {
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 400 }),
        fc.constantFrom('en' as const, 'zh' as const),
        fc.integer(),
        (text, language, seed) => {
          extractFeatures(text.join(' '), language, lexicon, buffer);
          const weights = weightsFor(classes, seed);
          const sums = sumWeights({ weights: new WeightTable(weights, classes), shift: 32 - BITS }, buffer);
          expect([...sums]).toEqual(plainSums(weights, classes));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('does so for the longest text and the largest weights', () => {
    for (const text of ['loss '.repeat(900), '亏'.repeat(5_000), 'a'.repeat(24).padEnd(30).repeat(140)]) {
      for (const byte of [-128, 127]) {
        extractFeatures(text, text.startsWith('亏') ? 'zh' : 'en', lexicon, buffer);
        const weights = new Int8Array(3 << BITS).fill(byte);
        const sums = sumWeights({ weights: new WeightTable(weights, 3), shift: 32 - BITS }, buffer);
        expect([...sums]).toEqual(plainSums(weights, 3));
      }
    }
  });
});

describe('WeightTable', () => {
  it('gives back each weight', () => {
    const weights = weightsFor(20, 12_345);
    const table = new WeightTable(weights, 20);
    const read = weights.map((_, at) => table.weightOf(Math.floor(at / 20), at % 20));
    expect(read).toEqual(weights);
  });
});
