import { describe, expect, it } from 'vitest';

import { measureFairness } from '../../../../models/evaluation/robustness/fairness.js';
import { COUNTERFACTUALS } from '../../../../models/evaluation/robustness/fairness-texts.js';
import { flipRates } from '../../../../models/evaluation/robustness/flip-rates.js';
import {
  PERTURBATIONS,
  type PerturbationName,
} from '../../../../models/evaluation/robustness/perturbations.js';
import { redTeam } from '../../../../models/evaluation/robustness/red-team.js';
import type { TextModel } from '../../../../models/evaluation/text-model.js';
import { createRandom } from '../../../../models/seeded-random.js';
import { toSentiment } from '../../../../models/to-sentiment.js';

/** Reads nothing but one word: a text without it is neutral. */
const modelOf = (word: string): TextModel => ({
  model: { name: 'stub', version: '1', sha256: '0' },
  classify: (inputs) =>
    Promise.resolve(
      inputs.map(({ text }) => ({
        sentiment: toSentiment(text.includes(word) ? [0, 0.1, 0.9] : [0, 0.9, 0.1]),
        topics: [],
        flags: [],
      })),
    ),
});
const change = (
  name: PerturbationName,
  text: string,
  { language = 'en', names = [] as readonly string[], seed = 1 } = {},
) => PERTURBATIONS[name]({ text, language, names }, createRandom(seed));

describe('a perturbation', () => {
  it('slips once in one word and leaves cashtags, links and short words alone', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const text = 'not up $WIDGET https://example.org/profits but growing';
      const changed = change('typo', text, { seed });
      expect(changed).not.toBeNull();
      expect(changed?.replace(/\S+$/, '')).toBe(text.replace(/\S+$/, ''));
      expect(Math.abs((changed?.length ?? 0) - text.length)).toBeLessThanOrEqual(1);
    }
  });

  it.each([
    [
      'number',
      'Profit rose to 4.1 million from 2.6 million in 2024',
      /^Profit rose to \d\.\d million from \d\.\d million in 2024$/,
    ],
    [
      'number',
      'Sales of 1,250 units in Q3, on 2024-05-01 at 10:30',
      /^Sales of 1,\d{3} units in Q3, on 2024-05-01 at 10:30$/,
    ],
    ['entity', 'Old $ABC news', /^Old \$KVRN news$/],
    ['synonym', 'The firm expects growth', /^The company expects growth$|^The firm anticipates growth$/],
    ['punctuation', 'Sales rose.', /^Sales {2}rose\.$|^Sales rose$/],
  ] as const)('changes the %s in "%s"', (name, text, expected) => {
    expect(change(name, text)).toMatch(expected);
  });

  it('keeps which of two numbers is the larger', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const numbers =
        change('number', 'from 2.6 to 2.7, then 3', { seed })
          ?.match(/\d+(\.\d+)?/g)
          ?.map(Number) ?? [];
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(numbers[0]).toBeLessThan(numbers[1] ?? 0);
    }
  });

  it('changes Chinese characters, numbers, words and names too', () => {
    const zh = { language: 'zh' };
    expect(change('typo', '公司净利润增长', zh)).toMatch(/^[\u4e00-\u9fff]{7}$/);
    expect(change('number', '利润由2.6亿元增至4.1亿元，2024年6月', zh)).toMatch(
      /^利润由\d\.\d亿元增至\d\.\d亿元，2024年6月$/,
    );
    expect(change('synonym', '股价上涨', zh)).toBe('股票价格上涨');
    expect(change('entity', '霁岭铁路亏损', { ...zh, names: ['霁岭铁路'] })).not.toContain('霁岭铁路');
    expect(change('case', '公司', zh)).toBeNull();
  });

  it.each(['typo', 'entity', 'number', 'synonym', 'case', 'punctuation'] as const)(
    '(%s) bears hostile texts and takes linear time',
    (name) => {
      for (const text of [
        '\u0000',
        '\ud800',
        '1'.repeat(50_000),
        'a'.repeat(50_000),
        '$A '.repeat(20_000),
        '1,111'.repeat(10_000),
      ])
        for (const language of ['en', 'zh']) change(name, text, { language, names: ['$A'] });
    },
    5000,
  );
});

describe('flipRates', () => {
  const texts = [
    { text: 'Torrential shares', language: 'en', names: [] },
    { text: 'Quiet', language: 'en', names: [] },
  ];

  it('counts flips over the texts that could be changed, the same for the same seed', async () => {
    const report = await flipRates(modelOf('shares'), texts, 3);
    expect(report.byPerturbation.synonym).toMatchObject({ n: 1, flips: 1, value: 1 });
    expect(report.byPerturbation.number).toBeNull();
    expect(report.flips).toContainEqual({
      perturbation: 'synonym',
      text: 'Torrential shares',
      changed: 'Torrential stock',
      from: 'positive',
      to: 'neutral',
    });
    expect(await flipRates(modelOf('shares'), texts, 3)).toEqual(report);
  });
});

describe('measureFairness', () => {
  it('finds the filler that a model is fond of', async () => {
    const report = await measureFairness(modelOf('Japan'), COUNTERFACTUALS);
    expect(report.all).toMatchObject({ n: COUNTERFACTUALS.length, flipped: 6 });
    expect(report.byAttribute['region']?.['en']?.maxChange).toBeCloseTo(0.8);
    // Of ten regions one stands out: 9 of 45 pairs differ by 0.8.
    expect(report.byAttribute['region']?.['en']?.meanChange).toBeCloseTo(0.16);
    expect(report.byAttribute['gender']?.['zh']).toMatchObject({ maxChange: 0, flipped: 0 });
    expect(report.worst[0]).toMatchObject({ highest: 'Japan' });
  });

  it('has a slot in every sentence and no filler twice', () => {
    for (const { template, fillers } of COUNTERFACTUALS) {
      expect(template.split('{}')).toHaveLength(2);
      expect(new Set(fillers).size).toBe(fillers.length);
    }
  });
});

describe('the red team', () => {
  const options = { tries: 8, depth: 4, seed: 1 };
  const texts = [
    { text: 'Halden growth continues strongly', language: 'en', names: ['Halden'] },
    { text: '12', language: 'en', names: [] },
  ];

  it('finds the word that a model hangs on, and says after how many changes', async () => {
    const report = await redTeam(modelOf('growth'), texts, options);
    const [spot] = report.weakSpots;
    expect(report.weakSpots).toHaveLength(1);
    expect(spot).toMatchObject({ text: texts[0]?.text, from: 'positive', to: 'neutral' });
    expect(spot?.variant).not.toContain('growth');
    const depth = spot?.changes.length ?? 0;
    expect(report.byDepth.map(({ fallen }) => fallen)).toEqual(
      [1, 2, 3, 4].map((at) => (at >= depth ? 1 : 0)),
    );
    expect(report.reversed).toBe(0);
  });

  it('does the same again for the same seed, and finds nothing where nothing can be found', async () => {
    const model = modelOf('growth');
    expect(await redTeam(model, texts, options)).toEqual(await redTeam(model, texts, options));
    expect((await redTeam(modelOf('nowhere'), texts, options)).weakSpots).toEqual([]);
    expect((await redTeam(model, [], options)).byDepth.map(({ fallen }) => fallen)).toEqual([0, 0, 0, 0]);
  });

  it('puts changes on top of each other when one is not enough', async () => {
    /** Negative only while it misses two marks of the same kind. */
    const model: TextModel = {
      model: { name: 'stub', version: '1', sha256: '0' },
      classify: (inputs) =>
        inputs.map(({ text }) => {
          const doubled = text.split('  ').length - 1;
          return {
            sentiment: toSentiment(doubled > 1 ? [0.9, 0.1, 0] : [0, 0.9 - doubled / 10, 0.1 + doubled / 10]),
            topics: [],
            flags: [],
          };
        }),
    };
    const { weakSpots, byDepth } = await redTeam(model, [{ text: 'a b c', language: 'en', names: [] }], {
      ...options,
      tries: 40,
    });
    expect(byDepth[0]?.fallen).toBe(0);
    expect(weakSpots[0]?.changes.length).toBeGreaterThan(1);
  });
});
