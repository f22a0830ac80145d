import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { coverageCurve, measureDomain } from '../../../../models/evaluation/domain/measure-domain.js';
import { areaUnderRoc } from '../../../../models/evaluation/metrics.js';
import { parseLabelledRow } from '../../../../models/evaluation/read-labelled-rows.js';
import { toSentiment } from '../../../../models/to-sentiment.js';

describe('areaUnderRoc', () => {
  it('agrees with scikit-learn 1.9.1 where scores are equal, too', () => {
    const high = Array.from({ length: 30 }, (_, i) => Math.round((((i * 7) % 19) / 19 + 0.2) * 10) / 10);
    const low = Array.from({ length: 40 }, (_, i) => Math.round((((i * 5) % 23) / 23) * 10) / 10);
    expect(areaUnderRoc(high, low)).toBeCloseTo(0.6891666666666667, 12);
  });
});

describe('measureDomain', () => {
  it('measures by language, and how many texts of each source are called foreign', () => {
    const text = (words: string, source: string) => ({ text: words, lang: 'en', source });
    const judge = (each: { readonly text: string }) =>
      each.text.includes('profit') ? { score: 0.1, foreign: false } : { score: 0.9, foreign: true };
    const finance = Array.from({ length: 20 }, () => text('profit', 'set'));
    const report = measureDomain(judge, {
      finance,
      foreign: [
        text('soup', 'recipe'),
        text('profit of soup', 'recipe'),
        { ...text('汤', 'recipe'), lang: 'zh' },
      ],
    });
    expect(report['zh']).toBeNull();
    expect(report['en']).toEqual({
      finance: 20,
      foreign: 2,
      auroc: 0.75,
      refused: 0.5,
      bySource: [
        { source: 'set', texts: 20, auroc: 0.75, refused: 0 },
        { source: 'recipe', texts: 2, auroc: 0.75, refused: 0.5 },
      ],
    });
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
      answer: { topics: [], flags: [], sentiment: toSentiment([0.05, 0.95 - index / 100, index / 100]) },
    }));
    const curve = coverageCurve(rows);
    expect(curve[0]).toMatchObject({ coverage: 1, accuracy: 0.8 });
    expect(curve.find(({ coverage }) => coverage === 0.8)?.accuracy).toBe(1);
    expect(coverageCurve([])).toEqual([]);
  });
});
