import { describe, expect, it } from 'vitest';
import { parseDictionary } from '../../../../models/lexicon/dictionary.js';
import { createLexiconClassifier } from '../../../../models/lexicon/lexicon-classifier.js';
import { createLexicon } from '../../../../models/lexicon/lexicon.js';
import { scoreTerms } from '../../../../models/lexicon/score-terms.js';

const lexicon = createLexicon();
const balance = (text: string, language: 'en' | 'zh') => {
  const { score } = lexicon.read(text, language);
  return score.positive - score.negative;
};

describe('the English lexicon', () => {
  it.each([
    ['profit rises', 'profit falls'],
    ['losses narrow', 'losses widen'],
    ['costs fell', 'costs rose'],
    ['not bad', 'bad'],
    ['demand is strong', 'demand is no longer strong'],
    ['better-than-expected results', 'worse-than-expected results'],
    ['shares did not fall', 'shares fell'],
    ['beats estimates', "doesn't beat estimates"],
    ['unemployment drops', 'unemployment climbs'],
  ])('finds "%s" better than "%s"', (good, bad) => {
    expect(balance(good, 'en')).toBeGreaterThan(0);
    expect(balance(bad, 'en')).toBeLessThan(0);
  });

  it.each([
    ['sharply lower sales', 'lower sales'],
    ['lower sales', 'slightly lower sales'],
  ])('finds "%s" worse than "%s"', (worse, milder) => {
    expect(balance(worse, 'en')).toBeLessThan(balance(milder, 'en'));
  });

  it('stops the reach of a negation at the end of the sentence', () => {
    expect(balance('There is no date. Fraud', 'en')).toBeLessThan(0);
  });
});

describe('the Chinese lexicon', () => {
  it.each([
    ['净利润上升', '净利润下降'],
    ['亏损收窄', '亏损扩大'],
    ['成本下降', '成本上升'],
    ['扭亏为盈', '由盈转亏'],
    ['业绩超预期', '业绩不及预期'],
    ['公司不存在违约', '公司违约'],
    ['净利润3亿元，同比增长', '净利润3亿元，同比下降'],
    ['股價上漲', '股價下跌'],
  ])('finds "%s" better than "%s"', (good, bad) => {
    expect(balance(good, 'zh')).toBeGreaterThan(0);
    expect(balance(bad, 'zh')).toBeLessThan(0);
  });

  it('prefers the longest word: 跌停 is one word, not 跌', () => {
    const terms = lexicon.read('今天跌停', 'zh').score.terms;
    expect(terms.map((term) => '今天跌停'.slice(term.start, term.end))).toEqual(['跌停']);
  });
});

describe('scoreTerms', () => {
  it('adds up to what a person computes by hand', () => {
    const { entries } = parseDictionary(
      ['polar 1 good', 'negation 1 not', 'scale 1.5 very', 'direction -1 fall', 'quantity -1/-0.8 loss'],
      ' ',
    );
    const found = ['not', 'very', 'good', 'loss', 'fall'].flatMap((word, position) => {
      const entry = entries.get(word);
      return entry === undefined ? [] : [{ entry, position, start: position, end: position + 1 }];
    });
    const score = scoreTerms(found, { negation: 3, scale: 2, quantity: 6 });
    // not very good: 1 · −0.7 · 1.5 = −1.05; loss falls: −1 · −1 = 1.
    expect(score.terms.map((term) => term.value)).toEqual([expect.closeTo(-1.05, 9), 1]);
    expect(score.positive).toBeCloseTo(1);
    expect(score.negative).toBeCloseTo(1.05);
  });
});

describe('parseDictionary', () => {
  it('inflects regular verbs', () => {
    const { entries } = parseDictionary(['polar 1 surge~ rally~ pass~'], ' ');
    expect([...entries.keys()]).toEqual(
      'surge surges surged surging rally rallies rallied rallying pass passes passed passing'.split(' '),
    );
  });

  it('refuses a line it cannot read', () => {
    expect(() => parseDictionary(['polarr 1 good'], ' ')).toThrow('not understood');
    expect(() => parseDictionary(['polar x good'], ' ')).toThrow('not understood');
  });
});

describe('the lexicon classifier', () => {
  it('says unclassified for a text without any of its words, and leans neutral', async () => {
    const [answer] = await createLexiconClassifier().classify([
      { language: 'en', text: 'The meeting is on Tuesday' },
    ]);
    expect(answer?.flags).toEqual(['unclassified']);
    expect(answer?.sentiment.label).toBe('neutral');
  });

  it.each([
    ['en', 'Bitcoin and ethereum slide as crypto exchange halts withdrawals', 'crypto'],
    ['zh', '央行宣布下调存款准备金率，货币政策保持稳健', 'central_bank'],
  ])('names the topic of a text in %s', async (language, text, topic) => {
    const [answer] = await createLexiconClassifier().classify([{ language, text }]);
    expect(answer?.topics[0]?.topic).toBe(topic);
  });
});
