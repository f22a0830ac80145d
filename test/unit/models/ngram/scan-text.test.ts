import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldText } from '../../../../models/lexicon/fold-text.js';
import { FeatureBuffer } from '../../../../models/ngram/features.js';
import { extractFeatures } from '../../../../models/ngram/extract-features.js';
import { scanText } from '../../../../models/ngram/scan-text.js';
import { createLexicon } from '../../../../models/lexicon/lexicon.js';

const pieces = (text: string) => scanText(foldText(text)).map((piece) => piece.text);

describe('scanText', () => {
  it.each([
    ['$TSLA -5.3% vs +2%', ['<cash>', '<-%>', 'vs', '<+%>']],
    ['up 12% to $4.5bn in 2021', ['up', '<%>', 'to', '<money>', 'in', '<year>']],
    ["it didn't beat", ['it', "didn't", 'beat']],
    ['see https://a.example/x?y=1 @bob!', ['see', '<link>', '<user>', '!']],
    ['10-12 shares', ['<num>', '<num>', 'shares']],
    ['净利润-30％', ['净', '利', '润', '<-%>']],
    ['600519跌停', ['<code>', '跌', '停']],
  ])('cuts %j into %j', (text, expected) => {
    expect(pieces(text)).toEqual(expected);
  });

  it('covers everything but white space, in order and without overlap', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const folded = foldText(text);
        let end = 0;
        for (const piece of scanText(folded)) {
          expect(folded.slice(end, piece.start).trim()).toBe('');
          expect(piece.end).toBeGreaterThan(piece.start);
          end = piece.end;
        }
        expect(folded.slice(end).trim()).toBe('');
      }),
    );
  });
});

describe('extractFeatures', () => {
  const lexicon = createLexicon();
  const hashes = (text: string, language: 'en' | 'zh') => {
    const buffer = new FeatureBuffer();
    extractFeatures(text, language, lexicon, buffer);
    return buffer.hashes.slice(0, buffer.length).join(' ');
  };

  it.each([
    ['up 2%', 'up -2%'],
    ['bank is in breach', 'bank is not in breach'],
    ['profit up', 'profit down'],
  ])('tells "%s" from "%s"', (one, other) => {
    expect(hashes(one, 'en')).not.toBe(hashes(other, 'en'));
  });

  it('does not tell names of tickers, links and users apart', () => {
    expect(hashes('$AAPL up, says @ann', 'en')).toBe(hashes('$TSLA up, says @bob', 'en'));
  });
});
