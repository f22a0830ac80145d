import { expect, it } from 'vitest';
import { evaluateLanguage } from '../../../../models/evaluation/evaluate-language.js';

it('counts right and wrong answers by language', async () => {
  const rows = [
    { text: 'en', lang: 'en' },
    { text: 'zh', lang: 'en' },
    { text: 'zh', lang: 'zh' },
    { text: 'und', lang: 'fr' },
  ];
  let time = 0;
  const clock = { monotonic: () => (time += 1) };
  const report = await evaluateLanguage(rows, { set: 'own', detect: (text) => text, clock });
  expect(report).toEqual({
    set: 'own',
    n: 4,
    accuracy: 0.5,
    perLanguage: {
      en: { n: 2, recall: 0.5, precision: 1 },
      zh: { n: 1, recall: 1, precision: 0.5 },
      fr: { n: 1, recall: 0, precision: null },
    },
    confusions: { 'en → zh': 1, 'fr → und': 1 },
    docsPerSecond: 1000,
  });
});
