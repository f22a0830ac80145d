import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { chineseTerms } from '../../../../models/explanation/chinese-terms.js';
import { wordSpans } from '../../../../models/explanation/word-spans.js';

const cut = (text: string) =>
  wordSpans(text, chineseTerms(text))
    .map(({ start, end }) => text.slice(start, end))
    .join(' ');

describe('the words of a Chinese text', () => {
  it.each([
    ['known words of finance', '会计师事务所执业许可被吊销', '会计师事务所 执业 许可 被 吊销'],
    [
      'known words that a dictionary tears',
      '股价闪崩，面临退市，净利润大增',
      '股价 闪崩 ， 面临退市 ， 净利润 大增',
    ],
    ['the longest of them', '公司被立案调查', '公司 被 立案调查'],
    ['traditional characters', '淨利潤大增', '淨利潤 大增'],
    ['an ending with what it ends', '药剂师离任', '药剂师 离任'],
    ['characters that nobody knows as a word: a name', '海润的订单', '海润 的 订单'],
    ['small words by themselves', '他也被骗', '他 也 被 骗'],
    ['nothing across a sign or a blank', '跌， 停', '跌 ， 停'],
    ['no end of an English word', 'Tesla股价跌停，A股跌', 'Tesla 股价 跌停 ， A股 跌'],
  ])('keep %s together', (_, text, words) => {
    expect(cut(text)).toBe(words);
  });

  it('cover all but white space, in order, whatever the text', () => {
    const part = fc.constantFrom(
      '会计',
      '师',
      '被',
      '跌',
      '停',
      '，',
      ' ',
      'a',
      'A',
      '股',
      '价',
      '1',
      '%',
      '海',
      '🙂',
      '\ud800',
      '淨',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const spans = wordSpans(text, chineseTerms(text));
        const kept = spans.map(({ start, end }) => text.slice(start, end)).join('');
        expect(kept.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
      }),
    );
  });

  it('are none of a text without them', () => {
    expect(chineseTerms('Shares plunge')).toEqual([]);
  });
});
