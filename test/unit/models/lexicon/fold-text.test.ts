import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldText } from '../../../../models/lexicon/fold-text.js';

describe('foldText', () => {
  it.each([
    ['Profit FELL −5％', 'profit fell -5%'],
    ['don’t “sell”', 'don\'t "sell"'],
    ['虧損擴大', '亏损扩大'],
    ['ＡＢＣ　１２３', 'abc 123'],
    ['a\u0000b\nc', 'a b\nc'],
    ['ÉTÉ İ 😀', 'été İ 😀'],
  ])('brings %j to %j', (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  it('keeps the length, so that spans point into the original', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => foldText(text).length === text.length));
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => foldText(foldText(text)) === foldText(text)),
    );
  });
});
