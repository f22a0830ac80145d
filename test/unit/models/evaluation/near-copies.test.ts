import { describe, expect, it } from 'vitest';

import { findNearCopies, NEAR_COPY_BOUND } from '../../../../models/evaluation/release/near-copies.js';

const against = (text: string, copy: string) => findNearCopies([text], [{ key: 'own', texts: [copy] }]);

describe('findNearCopies', () => {
  it.each([
    [
      'Torvenna cuts its dividend by 12 % after a weak year',
      'Kelshaw Mills cuts its dividend by 7.5 % after a weak year!',
    ],
    [
      'The audit found no evidence of fraud at Pellworth.',
      'The audit found no evidence of fraud at Brennick & Co',
    ],
    ['沧屿科技2026年净利润增长12%，宣布上调分红。', '青峤科技2025年净利润增长8.5%，宣布上调分红'],
  ])('finds %s in a text that differs in names and numbers alone', (text, copy) => {
    expect(against(text, copy)).toEqual([{ text, trained: 'own', copy, similarity: 1, masked: true }]);
  });

  it('tells of a text with most shingles in common, and by how much', () => {
    const [found] = against(
      'Torvenna cuts its dividend after a weak year and warns of heavy losses',
      'Kelshaw cuts its dividend after a weak year and warns of small losses',
    );
    expect(found).toMatchObject({ masked: false, trained: 'own' });
    expect(found?.similarity).toBeGreaterThanOrEqual(NEAR_COPY_BOUND);
    expect(found?.similarity).toBeLessThan(1);
  });

  it.each([
    [
      'a text about the same thing',
      'Torvenna cuts its dividend after a weak year',
      'Weak demand made Kelshaw lower the payout to its owners',
    ],
    [
      'headlines in capitals, of which nothing is left',
      'Torvenna Wins Big Order',
      'Kelshaw Loses Old Client',
    ],
    ['a few words that stand in many texts', 'Torvenna shares rise 3 %', 'Kelshaw shares rise 5 %'],
    ['another direction in Chinese', '沧屿科技净利润大幅增长', '债券市场今日成交清淡，收益率小幅走低'],
  ])('is silent of %s', (_, text, copy) => {
    expect(against(text, copy)).toEqual([]);
  });

  it('names the nearest text of each, and the copies first', () => {
    const near = 'Torvenna cuts its dividend after a weak year and warns of heavy losses';
    const copied = 'The bank did not breach any of its covenants in the quarter';
    const found = findNearCopies(
      [near, copied, near],
      [
        { key: 'tfns', texts: ['Kelshaw cuts its dividend after a weak year and warns of small losses'] },
        { key: 'own', texts: ['The bank did not breach any of its covenants in the year', copied] },
      ],
    );
    expect(found.map(({ text, copy, masked }) => [text, copy === copied, masked])).toEqual([
      [copied, true, true],
      [near, false, false],
    ]);
  });
});
