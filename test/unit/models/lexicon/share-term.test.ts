import { describe, expect, it } from 'vitest';
import { termShares } from '../../../../models/lexicon/explain-lexicon.js';
import { createLexicon } from '../../../../models/lexicon/lexicon.js';

const lexicon = createLexicon();
const sharesOf = (text: string, language: 'en' | 'zh') =>
  termShares(lexicon.read(text, language)).map(({ start, end, share }) => [text.slice(start, end), share]);

describe('shareTerm', () => {
  it('divides "losses narrow" between what moves and its direction, as a person computes by hand', () => {
    // Alone "losses" is −0.8 and "narrow" −1 · 0.7 = −0.7; together −1 · −1 = 1.
    // narrow: ½ · (−0.7 − 0) + ½ · (1 − −0.8) = 0.55; losses: ½ · (−0.8 − 0) + ½ · (1 − −0.7) = 0.45.
    expect(sharesOf('losses narrow', 'en')).toEqual([
      ['narrow', expect.closeTo(0.55, 9)],
      ['losses', expect.closeTo(0.45, 9)],
    ]);
    expect(sharesOf('逆差收窄', 'zh')).toEqual([
      ['收窄', expect.closeTo(0.5 * -0.7 + 0.5 * 1.7, 9)],
      ['逆差', expect.closeTo(0.5 * -0.7 + 0.5 * 1.7, 9)],
    ]);
  });

  it('gives a negation what it turns: the good word stays good', () => {
    // profitable: ½ · 1 + ½ · −0.7 = 0.15; not: ½ · 0 + ½ · (−0.7 − 1) = −0.85.
    expect(sharesOf('not profitable', 'en')).toEqual([
      ['profitable', expect.closeTo(0.15, 9)],
      ['not', expect.closeTo(-0.85, 9)],
    ]);
  });

  it.each([
    ['en', 'Halden did not sharply cut costs, but losses in no way narrow and fraud is very likely'],
    ['zh', '公司净利润没有大幅下降，但成本略微上升，不存在违约'],
  ] as const)('gives shares that sum to the values of the terms (%s)', (language, text) => {
    const { score } = lexicon.read(text, language);
    const sum = sharesOf(text, language).reduce((total, [, share]) => total + Number(share), 0);
    expect(score.terms.length).toBeGreaterThan(2);
    expect(sum).toBeCloseTo(score.positive - score.negative, 9);
  });
});
