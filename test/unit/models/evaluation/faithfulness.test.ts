import { expect, it } from 'vitest';
import { measureFaithfulness, type Explain } from '../../../../models/evaluation/faithfulness.js';
import type { Classify } from '../../../../models/explanation/explain-by-deletion.js';
import { createLexiconClassifier } from '../../../../models/lexicon/lexicon-classifier.js';

const classifier = createLexiconClassifier();
const classify: Classify = (inputs) => classifier.classify(inputs);
const own: Explain = (input) => classifier.explain(input);
const TEXTS = [
  { language: 'en', text: 'The board of Halden Motors said on Monday that a fraud was found in its books' },
  {
    language: 'en',
    text: 'The shares of Halden surge on Monday as the profit of the year beats estimates by far',
  },
  { language: 'zh', text: '华澜科技昨日晚间发布公告称公司因涉嫌财务造假被立案调查' },
];
const OPTIONS = { model: classifier.model, classify, methods: { own }, set: 'test', maxTexts: 10 };

it('finds that the words an exact explanation names matter more than random ones', async () => {
  const { n, skipped, methods } = await measureFaithfulness(TEXTS, OPTIONS);
  expect([n, skipped]).toEqual([3, 0]);
  expect(methods['own']?.comprehensiveness).toBeGreaterThan(
    (methods['random']?.comprehensiveness ?? 1) + 0.1,
  );
  expect(methods['own']?.sufficiency).toBeLessThan(methods['random']?.sufficiency ?? 0);
  expect(methods['own']?.curve.map(({ share }) => share)).toEqual([0.01, 0.05, 0.1, 0.2, 0.5]);
});

it('finds that an explanation turned round names the wrong words', async () => {
  const upsideDown: Explain = async (input) => {
    const explanation = await own(input);
    if (explanation === null) return null;
    const words = explanation.words.map((word) => ({ ...word, contribution: -word.contribution }));
    return { ...explanation, words };
  };
  const { methods } = await measureFaithfulness(TEXTS, { ...OPTIONS, methods: { own, upsideDown } });
  expect(methods['upsideDown']?.comprehensiveness).toBeLessThan(methods['own']?.comprehensiveness ?? 0);
});

it('counts texts without a sign or with too few words as skipped, and takes no more than it may', async () => {
  const neutral = [
    { language: 'en', text: 'The meeting of the board is on Tuesday' },
    { language: 'en', text: 'Fraud' },
  ];
  const { n, skipped } = await measureFaithfulness([...neutral, ...TEXTS], { ...OPTIONS, maxTexts: 2 });
  expect([n, skipped]).toEqual([2, 2]);
  expect((await measureFaithfulness([], OPTIONS)).methods['random']?.comprehensiveness).toBe(0);
});
