import { describe, expect, it } from 'vitest';

import { diverseOrder } from '../../../../models/labelling/diverse-order.js';

const text = (words: string, doubt: number) => ({ words: words.split(' '), doubt });

describe('the order of doubtful texts of many kinds', () => {
  it('asks for one of a kind before it asks for its like', () => {
    const texts = [
      text('profit falls again', 0.9),
      text('profit falls again', 0.9),
      text('chip plant opens', 0.8),
      text('chip plant opens', 0.8),
      text('profit rises', 0.1),
    ];
    expect(diverseOrder(texts, { count: 2, known: [] })).toEqual([0, 2]);
  });

  it('leaves out what is like the texts that are labelled', () => {
    const texts = [text('profit falls', 0.9), text('chip plant', 0.8)];
    expect(
      diverseOrder(texts, {
        count: 1,
        known: [
          ['profit', 'falls'],
          ['profit', 'falls'],
        ],
      }),
    ).toEqual([1]);
  });

  it.each([
    [[], 3, 0],
    [[text('', 0.5), text('a', 0.5)], 3, 2],
    [[text('a', 0.5)], 0, 0],
  ])('of %j for %d gives %d', (texts, count, given) => {
    expect(diverseOrder(texts, { count, known: [] })).toHaveLength(given);
  });
});
