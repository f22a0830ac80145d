import { describe, expect, it } from 'vitest';

import { parseLabelledRow } from '../../../../models/evaluation/read-labelled-rows.js';
import { toTrainingRow } from '../../../../models/training/collect-rows.js';
import { simulateLabelling } from '../../../../models/training/simulate-labelling.js';
import { TRAINING_SETS } from '../../../../models/training/training-sets.js';
import { ALL_OTHERS, measureTransfer } from '../../../../models/training/transfer-matrix.js';

const set = TRAINING_SETS.find(({ key }) => key === 'tfns');
if (set === undefined) throw new Error('no set');
const WORDS = { negative: 'gloomy', neutral: 'plain', positive: 'sunny' } as const;
const rows = (words: Readonly<Record<keyof typeof WORDS, string>>, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const sentiment = (['negative', 'neutral', 'positive'] as const)[index % 3] ?? 'neutral';
    const text = `${words[sentiment]} tale number ${'x'.repeat(1 + index)}`;
    return toTrainingRow(parseLabelledRow(JSON.stringify({ text, lang: 'en', sentiment }), 'x:1'), set);
  });

describe('measureTransfer', () => {
  it('judges each set by every other, and by all others together', () => {
    const same = { train: rows(WORDS, 30), dev: rows(WORDS, 12) };
    const turned = { negative: 'sunny', neutral: 'plain', positive: 'gloomy' } as const;
    const figures = measureTransfer(
      [
        { key: 'a', ...same },
        { key: 'b', train: rows(turned, 30), dev: rows(turned, 12) },
        { key: 'own', train: same.train, dev: [] },
      ],
      () => undefined,
    );
    const of = (from: string, to: string) =>
      figures.find(({ trainedOn, judgedOn }) => trainedOn === from && judgedOn === to)?.macroF1;
    expect(figures).toHaveLength(8);
    expect(of('a', 'a')).toBe(1);
    expect(of('a', 'b')).toBeLessThan(0.4);
    expect(of('b', 'b')).toBe(1);
    expect(of('own', 'a')).toBe(1);
    expect(of(ALL_OTHERS, 'b')).toBeLessThan(0.4);
  });
});

describe('simulateLabelling', () => {
  it('gives each strategy equally many labels and the same first ones, and repeats itself', () => {
    const options = { seeds: [1, 2], steps: [6, 12], onProgress: () => undefined };
    const curve = simulateLabelling(rows(WORDS, 90), options);
    expect(curve.map(({ strategy, labels }) => `${strategy} ${labels}`)).toEqual(
      ['random', 'value', 'diverse', 'pseudo-labels'].flatMap((name) => [`${name} 6`, `${name} 12`]),
    );
    const first = curve.filter(({ labels, strategy }) => labels === 6 && strategy !== 'pseudo-labels');
    for (const { macroF1 } of first) expect(macroF1).toEqual(first[0]?.macroF1);
    expect(simulateLabelling(rows(WORDS, 90), options)).toEqual(curve);
  });
});
