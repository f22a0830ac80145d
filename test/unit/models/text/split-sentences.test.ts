import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSentenceSplitter } from '../../../../models/text/split-sentences.js';
import { processorMs } from '../../../support/processor-time.js';

const split = createSentenceSplitter();
const sentences = (text: string, language: string): readonly string[] =>
  split(text, language).map(([start, end]) => text.slice(start, end));

describe('the sentence splitter', () => {
  it.each([
    ['Shares of Apple Inc. fell 3.5%. The U.S. bank did not comment.', 2],
    ['Profit rose. Sales fell! Why?', 3],
    ['One headline without an end', 1],
    ['Title\nFirst sentence. Second one.', 3],
    ['A line that goes\non here. Next.', 2],
    ['', 0],
    [' \n ', 0],
  ])('finds in %j %d English sentences', (text, count) => {
    expect(sentences(text, 'en')).toHaveLength(count);
  });

  it('ends Chinese sentences behind their quotes', () => {
    expect(sentences('公司称“业绩下滑。”股价跌了！涨幅3.5%；下一句', 'zh')).toEqual([
      '公司称“业绩下滑。”',
      '股价跌了！',
      '涨幅3.5%；',
      '下一句',
    ]);
  });

  it('keeps figures, brackets and straight quotes whole in Chinese', () => {
    expect(sentences('（一）营收3.5亿元；（跌幅3.2%。）随后回升……市场平静！！', 'zh')).toEqual([
      '（一）营收3.5亿元；',
      '（跌幅3.2%。）',
      '随后回升……',
      '市场平静！！',
    ]);
    expect(sentences('他说"没事。"然后走了。"真的？"她问。', 'zh')).toEqual([
      '他说"没事。"',
      '然后走了。',
      '"真的？"',
      '她问。',
    ]);
  });

  it('keeps figures and abbreviations whole in English', () => {
    const text = 'Dr. Smith, Ph.D., of the U.S. unit left. Net was $1.5 bn vs. $2.0 bn. No. 5 failed!';
    expect(sentences(text, 'en')).toEqual([
      'Dr. Smith, Ph.D., of the U.S. unit left.',
      'Net was $1.5 bn vs. $2.0 bn.',
      'No. 5 failed!',
    ]);
  });

  it('gives ordered spans without overlap that cover all that is not white space', () => {
    const text = fc.string({
      unit: fc.constantFrom('A', 'b', '. ', '! ', '。', '”', '\n', ' ', '3', '中'),
      maxLength: 80,
    });
    fc.assert(
      fc.property(text, fc.constantFrom('en', 'zh', 'de'), (body, language) => {
        let last = 0;
        let covered = '';
        for (const [start, end] of split(body, language)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          covered += body.slice(start, end);
          last = end;
        }
        expect(covered.replace(/\s/g, '')).toBe(body.replace(/\s/g, ''));
      }),
    );
  });

  it('stays quick for text that stops NLP libraries', () => {
    for (const unit of ['a', '#a', 'a-', '$1.', 'A. B ', '. ', '$ 1. ', '!? ', '\n', '”']) {
      const text = unit.repeat(Math.floor(50_000 / unit.length));
      const started = processorMs();
      split(text, 'en');
      split(text, 'zh');
      expect(processorMs() - started, JSON.stringify(unit)).toBeLessThan(1_000);
    }
  });
});
