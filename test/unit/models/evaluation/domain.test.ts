import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { createForeignness } from '../../../../models/domain/foreignness.js';
import { coverageCurve, measureDomain } from '../../../../models/evaluation/domain/measure-domain.js';
import { areaUnderRoc } from '../../../../models/evaluation/metrics.js';
import type { TextModel } from '../../../../models/evaluation/text-model.js';
import { parseLabelledRow } from '../../../../models/evaluation/read-labelled-rows.js';
import { toSentiment } from '../../../../models/to-sentiment.js';
import type { Classification } from '../../../../pipeline/core/model.js';

const answer = (topics: Classification['topics']): Classification => ({
  sentiment: toSentiment([0.1, 0.8, 0.1]),
  topics,
  flags: [],
});
const model: TextModel = {
  model: { name: 'stub', version: '1', sha256: '0' },
  classify: (inputs) =>
    Promise.resolve(
      inputs.map(({ text }) =>
        answer([{ topic: text.includes('profit') ? 'earnings' : 'other', probability: 0.9 }]),
      ),
    ),
};
const known = ['利润增长', '利润增长了', '利润增长快'].map((text) => ({ text, language: 'zh' }));

describe('foreignness', () => {
  const foreignness = createForeignness(known);

  it.each([
    ['利润增长', 'zh', 0],
    ['利润大增', 'zh', 2 / 3],
    ['月光铺在谷仓', 'zh', 1],
    ['!!!', 'zh', 1],
    ['tout va bien', 'fr', 1],
  ])('of "%s" (%s) is %d', (text, language, expected) => {
    expect(foreignness(text, language, answer([]))).toBeCloseTo(expected);
  });

  it('of an English text is high where the model finds none of our topics', () => {
    const [home, away] = (['earnings', 'other'] as const).map((topic) =>
      foreignness('a text', 'en', answer([{ topic, probability: 0.9 }])),
    );
    expect(home).toBeCloseTo(0.05);
    expect(away).toBeCloseTo(0.95);
  });
});

describe('areaUnderRoc', () => {
  it('agrees with scikit-learn 1.9.1 where scores are equal, too', () => {
    const high = Array.from({ length: 30 }, (_, i) => Math.round((((i * 7) % 19) / 19 + 0.2) * 10) / 10);
    const low = Array.from({ length: 40 }, (_, i) => Math.round((((i * 5) % 23) / 23) * 10) / 10);
    expect(areaUnderRoc(high, low)).toBeCloseTo(0.6891666666666667, 12);
  });
});

describe('measureDomain', () => {
  it('measures by language, and abstains above what 19 of 20 finance texts stay below', async () => {
    const text = (words: string, source: string) => ({ text: words, lang: 'en', source });
    const finance = Array.from({ length: 20 }, () => text('profit', 'set'));
    const report = await measureDomain(model, createForeignness([]), {
      finance,
      foreign: [
        text('soup', 'recipe'),
        text('profit of soup', 'recipe'),
        { ...text('汤', 'recipe'), lang: 'zh' },
      ],
    });
    expect(report.byLanguage['zh']).toBeNull();
    expect(report.byLanguage['en']).toMatchObject({
      finance: 20,
      foreign: 2,
      auroc: 0.75,
      foreignRefused: 0.5,
    });
    expect(report.byLanguage['en']?.bySource).toEqual({ set: 0.75, recipe: 0.75 });
  });

  it.each(['en', 'zh'])('has at least 100 texts of our own about other things in %s', (language) => {
    const lines = readFileSync(`models/evaluation/domain/${language}.jsonl`, 'utf8').trim().split('\n');
    const rows = lines.map((line) => parseLabelledRow(line, language));
    expect(new Set(rows.map(({ text }) => text)).size).toBeGreaterThanOrEqual(100);
    expect(new Set(rows.map(({ lang }) => lang))).toEqual(new Set([language]));
  });
});

describe('coverageCurve', () => {
  it('is the accuracy of the surest rows', () => {
    const rows = Array.from({ length: 10 }, (_, index) => ({
      row: parseLabelledRow('{"text":"a","lang":"en"}', 'x:1'),
      label: index < 8 ? ('neutral' as const) : ('positive' as const),
      answer: { ...answer([]), sentiment: toSentiment([0.05, 0.95 - index / 100, index / 100]) },
    }));
    const curve = coverageCurve(rows);
    expect(curve[0]).toMatchObject({ coverage: 1, accuracy: 0.8 });
    expect(curve.find(({ coverage }) => coverage === 0.8)?.accuracy).toBe(1);
    expect(coverageCurve([])).toEqual([]);
  });
});
