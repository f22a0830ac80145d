import { describe, expect, it } from 'vitest';

import { judgeRows, type JudgedRow } from '../../../../models/evaluation/judge-rows.js';
import { parseLabelledRow } from '../../../../models/evaluation/read-labelled-rows.js';
import { reliabilityBins, reliabilityDiagram } from '../../../../models/evaluation/reliability-diagram.js';
import { sliceFigures, sliceReport } from '../../../../models/evaluation/slices/slice-figures.js';
import { sliceNames } from '../../../../models/evaluation/slices/slice-names.js';
import { SENTIMENT_LABELS } from '../../../../pipeline/core/taxonomy.js';

const row = (fields: object) =>
  parseLabelledRow(JSON.stringify({ lang: 'en', source: 'own', sentiment: 'neutral', ...fields }), 'x:1');

/** A judged row whose answer has this class and confidence. */
function judged(label: number, answer: number, confidence: number, fields: object = {}): JudgedRow {
  const sentiment = SENTIMENT_LABELS[label] ?? 'neutral';
  return {
    row: row({ text: 'a text', sentiment, ...fields }),
    label: sentiment,
    answer: {
      sentiment: {
        negative: 0,
        neutral: 0,
        positive: 0,
        polarity: 0,
        confidence,
        label: SENTIMENT_LABELS[answer] ?? 'neutral',
      },
      topics: [{ topic: 'earnings', probability: 1 }],
      flags: [],
    },
  };
}

/** The rows of the reference: NumPy, scikit-learn 1.9.1 and SciPy 1.17.1 got the same ones, and drew 10,000 samples of their own. */
const ROWS = Array.from({ length: 120 }, (_, i) => {
  const truth = i % 5 === 0 ? 1 : (i * 7) % 3;
  const confidence = Number((0.4 + (((i * 37) % 101) / 101) * 0.59).toFixed(6));
  return judged(truth, (i * 13) % 10 < 7 ? truth : (truth + 1) % 3, confidence);
});

describe('sliceFigures', () => {
  const figures = sliceFigures(ROWS);

  it('agrees with scikit-learn and NumPy', () => {
    expect(figures.n).toBe(120);
    expect(figures.accuracy.value).toBeCloseTo(0.7, 12);
    expect(figures.macroF1.value).toBeCloseTo(0.6785714285714285, 12);
    expect(figures.negativeRecall?.value).toBeCloseTo(0.625, 12);
    expect(figures.neutralRecall?.value).toBeCloseTo(0.7857142857142857, 12);
    expect(figures.ece).toBeCloseTo(0.18068725833333332, 12);
  });

  it('has intervals that agree with SciPy (Wilson) and with another bootstrap', () => {
    expect(figures.negativeRecall?.low).toBeCloseTo(0.45254407353077447, 12);
    expect(figures.neutralRecall?.high).toBeCloseTo(0.8729409575090435, 12);
    const bounds = [figures.macroF1.low, figures.macroF1.high];
    for (const [index, bound] of [0.586322, 0.761285].entries())
      expect(Math.abs((bounds[index] ?? 0) - bound)).toBeLessThan(0.01);
  });

  it('has no recall of a label that no row has', () => {
    expect(sliceFigures([judged(2, 2, 0.9)])).toMatchObject({ negativeRecall: null, neutralRecall: null });
  });
});

describe('sliceNames', () => {
  it.each([
    [{ text: 'Profit did not rise' }, { negation: 'present', numbers: 'absent', length: 'words to 10' }],
    [{ text: "It won't pay 3 cents" }, { negation: 'present', numbers: 'present', kind: 'news' }],
    [{ text: 'Notable growth of the knot maker' }, { negation: 'absent' }],
    [{ text: '$ABCD to the moon' }, { kind: 'post' }],
    [{ text: 'word '.repeat(41) }, { length: 'words over 40' }],
    [
      { text: '公司未违约', lang: 'zh' },
      { language: 'zh', negation: 'present', length: 'characters to 20' },
    ],
    [
      { text: '公司业绩增长３０％', lang: 'zh' },
      { negation: 'absent', numbers: 'present' },
    ],
    [
      { text: 'a', topic: 'Dividend', source: 'tfn_topic' },
      { topic: 'dividend_buyback', source: 'tfn_topic' },
    ],
    [{ text: 'a', topic: 'unknown' }, { topic: 'earnings' }],
  ])('of %j', (fields, expected) => {
    expect(sliceNames(judged(1, 1, 0.5, fields))).toMatchObject(expected);
  });
});

describe('sliceReport', () => {
  it('counts every row once in each dimension, the largest slice first', () => {
    const rows = [
      judged(0, 0, 0.9, { lang: 'zh', text: '亏损' }),
      judged(1, 1, 0.9),
      judged(1, 0, 0.8, { text: '7 is a number' }),
    ];
    const { all, slices } = sliceReport(rows);
    expect(all.n).toBe(3);
    const languages = slices.filter(({ dimension }) => dimension === 'language');
    expect(languages.map(({ value, n }) => [value, n])).toEqual([
      ['en', 2],
      ['zh', 1],
    ]);
    expect(slices.find(({ value, dimension }) => dimension === 'numbers' && value === 'present')?.n).toBe(1);
  });
});

describe('judgeRows', () => {
  it('asks only for rows that have a sentiment, of a model that answers later too', async () => {
    const answer = judged(1, 2, 0.7).answer;
    const model = {
      model: { name: 'stub', version: '1', sha256: '0' },
      classify: (inputs: readonly unknown[]) => Promise.resolve(inputs.map(() => answer)),
    };
    const rows = await judgeRows(model, [row({ text: 'a' }), row({ text: 'b', sentiment: null })]);
    expect(rows.map(({ row: { text }, label, answer: got }) => [text, label, got])).toEqual([
      ['a', 'neutral', answer],
    ]);
  });
});

describe('the reliability diagram', () => {
  it('has ten bins of equal size with the share that was right', () => {
    const bins = reliabilityBins(ROWS);
    expect(bins.map(({ n }) => n)).toEqual(Array<number>(10).fill(12));
    const gap = bins.reduce(
      (sum, bin) => sum + (Math.abs(bin.confidence - bin.right.value) * bin.n) / 120,
      0,
    );
    expect(gap).toBeCloseTo(0.18068725833333332, 12);
  });

  it('is a picture for both colour schemes, whatever the title holds', () => {
    const svg = reliabilityDiagram('<script>&"'.repeat(20), ROWS);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).not.toContain('<script');
    expect(svg.match(/<circle/g)).toHaveLength(10);
  });
});
