import { describe, expect, test } from 'vitest';

import { generateNumberTexts } from '../../../../models/training/number-texts/generate-number-texts.js';

const LANGUAGES = ['en', 'zh'] as const;

/** Sentences in which a plain reading of the two figures tells the label. */
const READABLE = {
  en: /^(?:\w+(?: \w+)*'s )?(?<name>net sales|operating profit|EBIT|net debt|credit losses) \w+(?: \w+)? \D*(?<now>[\d.]+)[^(\d]*\(\D*(?<before>[\d.]+)[^)]*\)\.$/i,
  zh: /(?<name>营业收入|净利润|有息负债)(?:为|达|录得|合计)?(?:人民币)?(?<now>[\d.]+)\D+，?(?:上年同期为|去年同期为|上年为|（上年同期)(?:人民币)?(?<before>[\d.]+)/,
} as const;
const COSTS = ['net debt', 'credit losses', '有息负债'];

describe.each(LANGUAGES)('sentences about figures (%s)', (language) => {
  const rows = generateNumberTexts(language, 1_500, 3);

  test('are the same for the same seed and others for another one', () => {
    expect(generateNumberTexts(language, 1_500, 3)).toEqual(rows);
    expect(generateNumberTexts(language, 1_500, 4)).not.toEqual(rows);
  });

  test('stand once each, name their company, and have a score of the sign of their label', () => {
    expect(new Set(rows.map(({ text }) => text)).size).toBe(rows.length);
    for (const { text, entities, sentiment, score } of rows) {
      for (const { name } of entities) expect(text).toContain(name);
      expect(Math.sign(score ?? 0)).toBe(['negative', 'neutral', 'positive'].indexOf(sentiment ?? '') - 1);
    }
  });

  test('have each label in a fifth of the rows at least', () => {
    for (const label of ['negative', 'neutral', 'positive']) {
      expect(rows.filter(({ sentiment }) => sentiment === label).length).toBeGreaterThan(rows.length / 5);
    }
  });

  test('are labelled as their two figures say', () => {
    const read = rows.flatMap(({ text, sentiment }) => {
      const groups = READABLE[language].exec(text)?.groups;
      return groups === undefined ? [] : [{ text, sentiment, groups }];
    });
    expect(read.length).toBeGreaterThan(10);
    for (const { text, sentiment, groups } of read) {
      const rose = Number(groups['now']) > Number(groups['before']);
      const cost = COSTS.includes((groups['name'] ?? '').toLowerCase());
      expect(`${text} ${sentiment}`).toBe(`${text} ${rose === cost ? 'negative' : 'positive'}`);
    }
  });
});
