import { expect, it } from 'vitest';
import { loadClassifier } from '../../../../models/load-classifier.js';
import { createSentenceSplitter } from '../../../../models/text/split-sentences.js';
import type { Classifier } from '../../../../pipeline/core/model.js';
import { describeLanguage } from '../../../../pipeline/operators/detect-language.js';
import { explainText } from '../../../../pipeline/operators/explain-text.js';
import { ENCODER_SETTINGS } from '../../../support/encoder.js';

const classifier = await loadClassifier({ name: 'lexicon', directory: '.', encoder: ENCODER_SETTINGS });
const own: Parameters<typeof explainText>[1] = {
  classifier,
  splitSentences: createSentenceSplitter(),
  describeLanguage,
  explainByDeletion: () => Promise.reject(new Error('not asked')),
};

it.each([
  ['en', 'Halden Motors beats estimates. A fraud was found in its books!\nThe shares plunge.', 3],
  ['zh', '华澜科技净利润大幅下降。公司涉嫌造假，股价跌停！明日停牌。', 3],
])(
  'sums the words of each sentence, and the sentences with the bias to the total (%s)',
  async (language, text, count) => {
    const explained = await explainText({ text, language: null }, own);
    expect(explained?.language).toBe(language);
    expect(explained?.sentences).toHaveLength(count);
    const sum = explained?.sentences.reduce(
      (total, { contribution }) => total + contribution,
      explained.bias,
    );
    expect(sum).toBeCloseTo(explained?.total ?? Number.NaN, 9);
    for (const { span, contribution } of explained?.sentences ?? []) {
      const inside =
        explained?.words.filter((word) => word.span[0] >= span[0] && word.span[0] < span[1]) ?? [];
      expect(contribution).toBeCloseTo(
        inside.reduce((total, word) => total + word.contribution, 0),
        9,
      );
    }
  },
);

it('asks by deletion where the model says nothing of words itself', async () => {
  const silent: Classifier = { ...classifier, explain: () => Promise.resolve(null) };
  const word = { word: 'fraud', span: [0, 5] as const, contribution: 1 };
  const estimated = { method: 'sampled', total: 1, bias: 0, words: [word], standardError: 0.1 } as const;
  const [answer] = await classifier.classify([{ text: 'fraud', language: 'en' }]);
  if (answer === undefined) throw new Error('The lexicon gave no answer.');
  const explained = await explainText(
    { text: 'fraud', language: 'en' },
    {
      ...own,
      classifier: silent,
      explainByDeletion: () => Promise.resolve({ answer, explanation: estimated }),
    },
  );
  expect(explained).toMatchObject({ ...estimated, sentences: [{ span: [0, 5], contribution: 1 }] });
});

it.each([
  ['all of it is the words', 0, [2, -1], 0],
  ['words that cancel out were weighed', 1, [2, -2], 0.2],
  ['most of it is no word', -4.985, [0.14, -0.285], 4.985 / 5.41],
  ['nothing was weighed', 0, [], 0],
])('says which part belongs to no word: %s', async (_, bias, contributions, share) => {
  const words = contributions.map((contribution) => ({ word: 'x', span: [0, 1] as const, contribution }));
  const explanation = { method: 'probe', total: 1, bias, words, standardError: 0 } as const;
  const [answer] = await classifier.classify([{ text: 'fraud', language: 'en' }]);
  if (answer === undefined) throw new Error('The lexicon gave no answer.');
  const silent: Classifier = { ...classifier, explain: () => Promise.resolve(null) };
  const explained = await explainText(
    { text: 'x', language: 'en' },
    { ...own, classifier: silent, explainByDeletion: () => Promise.resolve({ answer, explanation }) },
  );
  expect(explained?.unexplained).toBeCloseTo(share, 9);
});

it('explains what is scored of a text and survives broken Unicode', async () => {
  const explained = await explainText(
    { text: `\ud800 fraud ${'x '.repeat(600)} scandal`, language: 'en' },
    own,
  );
  expect(explained?.words.map(({ word }) => word)).toEqual(['fraud']);
});
