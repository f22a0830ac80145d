import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseText, normaliseWithOffsets } from '../../../../pipeline/operators/normalise-text.js';
import { processorMs } from '../../../support/processor-time.js';

describe('normaliseText', () => {
  it.each([
    ['the bank is not in breach', 'the bank is not in breach'],
    ['<p>Profit <b>fell</b>\n 3&nbsp;%</p>', 'Profit fell 3 %'],
    ['AT&amp;T &#36;T &#x4e2d; &lt;tag&gt;', 'AT&T $T 中 <tag>'],
    ['Ｐｒｏｆｉｔ　＋３％', 'Profit +3%'],
    ['zero\u200bwidth \u202eturned\ufeff', 'zerowidth turned'],
    ['−3% and €5, £6, ¥7, -8bn', '−3% and €5, £6, ¥7, -8bn'],
    ['a < b and <3, R&D; x&y', 'a < b and <3, R&D; x&y'],
    ['cafe\u0301', 'café'],
    ['  a \t b  ', 'a b'],
    ['亏损不足3亿元，同比-20%', '亏损不足3亿元,同比-20%'],
    ['&#0; &#xD800; &#99999999;', '&#99999999;'],
    ['10⁵ m², 2½ and ①5%', '10⁵ m², 2½ and ①5%'],
    ['－５％，３．２亿元', '-5%,3.2亿元'],
    ['pr\u043efit of \u0410pple; Газпром, π', 'profit of Apple; Газпром, π'],
    [`l${'\u0317\u0301'.repeat(20)}oss`, 'loss'],
    ['Tiê\u0301n lợi', 'Tiến lợi'],
    ['half \ud800 pair \udc00', 'half pair'],
    ['did n\u200bo\u2060t fall \u202e%5\u202c \u2067x\u2069', 'did not fall %5 x'],
    ['未\u200b盈利，不\ufeff分红', '未盈利,不分红'],
    ['', ''],
  ])('%j becomes %j', (raw, expected) => {
    expect(normaliseText(raw)).toBe(expected);
  });

  it('changes nothing the second time, and every unit points into the original', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (raw) => {
        const { text, starts, ends } = normaliseWithOffsets(raw);
        for (let i = 0; i < text.length; i++) {
          const start = starts?.[i] ?? i;
          const end = ends?.[i] ?? i + 1;
          expect(start).toBeGreaterThanOrEqual(i === 0 ? 0 : (starts?.[i - 1] ?? 0));
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(raw.length);
        }
      }),
    );
  });

  it('copies a stretch at once as it would unit by unit', () => {
    const unit = fc.constantFrom(
      'a',
      'Z',
      '9',
      '.',
      ' ',
      '\u00a0',
      '\n',
      '，',
      '。',
      '中',
      'é',
      '№',
      '>',
      '@',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (raw) => {
        const whole = normaliseWithOffsets(raw);
        // An invisible character behind each unit leaves no stretch of two.
        const broken = normaliseWithOffsets(raw.replace(/./gsu, '$&\u200b'));
        expect(whole.text).toBe(broken.text);
        const starts = Array.from(whole.text, (_, at) => whole.starts?.[at] ?? at);
        expect(starts.map((start) => start * 2)).toEqual([...(broken.starts ?? [])]);
      }),
    );
  });

  it('keeps without a look only what NFKC keeps', () => {
    const texts = Array.from({ length: 65_536 }, (_, code) => `x${String.fromCharCode(code)}x`);
    const kept = texts.filter((raw) => normaliseWithOffsets(raw).starts === null);
    expect(kept.length).toBeGreaterThan(27_000);
    expect(kept.filter((raw) => raw.normalize('NFKC') !== raw)).toEqual([]);
  });

  it('is linear for hostile mark-up', () => {
    for (const unit of ['<', '<a', '&', '&#', '&amp', '\u0301', '<!--', ' ', '\u200b']) {
      const started = processorMs();
      normaliseText(unit.repeat(Math.floor(50_000 / unit.length)));
      expect(processorMs() - started, unit).toBeLessThan(1_000);
    }
  });
});
