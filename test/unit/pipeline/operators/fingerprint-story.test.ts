import { describe, expect, it } from 'vitest';
import { normaliseText } from '../../../../pipeline/operators/normalise-text.js';
import { storyIdOf } from '../../../../pipeline/operators/fingerprint-story.js';

const same = (a: string, b: string): boolean => storyIdOf(null, a) === storyIdOf(null, b);

describe('storyIdOf', () => {
  it('is 32 hex digits', () => {
    expect(storyIdOf('Title', 'text')).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ['Bank fails https://t.co/abc', 'BANK  FAILS!'],
    ['RT @news: Bank fails', 'Bank fails'],
    ['RT @a: RT @b: Bank fails via @c', 'Bank fails'],
    ['Bank “fails” 🚨🚨', 'bank fails'],
    ['Profit up 1,200 points', 'Profit up 1200 points'],
    ['Loss of −3%', 'Loss of -3%'],
    ['AT&amp;T cuts', 'AT&T cuts'],
    ['茅台跌停！！', '茅台跌停'],
    ['Ｂank fails', 'Bank fails'],
  ])('is equal for copies: %s / %s', (a, b) => {
    expect(same(a, b)).toBe(true);
  });

  it.each([
    ['Profit up 2%', 'Profit up 20%'],
    ['Profit +3%', 'Profit -3%'],
    ['Profit 3%', 'Profit -3%'],
    ['Fined $5 million', 'Fined €5 million'],
    ['Rates at 3%', 'Rates at 3'],
    ['Rates at 2.5', 'Rates at 25'],
    ['Bank fails', 'Bank does not fail'],
    ['同比增长3%', '同比下降3%'],
    ['净利-20%', '净利+20%'],
    ['https://t.co/a', 'https://t.co/b'],
  ])('differs where numbers, signs, currencies or words differ: %s / %s', (a, b) => {
    expect(same(a, b)).toBe(false);
  });

  it('does not care whether the title stands alone or opens the text', () => {
    expect(storyIdOf('Bank fails', '')).toBe(storyIdOf(null, 'Bank fails'));
    expect(storyIdOf('Bank fails', 'Bank fails, says paper')).toBe(storyIdOf(null, 'Bank fails, says paper'));
  });

  it('is the same for a caller who has the normalised text already', () => {
    for (const text of ['Bank\u00a0fails, <b>says</b> paper', '银行，亏损5%'.repeat(4_000)])
      expect(storyIdOf(null, text, normaliseText(text))).toBe(storyIdOf(null, text));
  });
});
