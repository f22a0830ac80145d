import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareSketches } from '../../../../../pipeline/operators/stories/compare-sketches.js';
import {
  MAX_FACTS,
  MAX_TOKENS,
  sketchStory,
} from '../../../../../pipeline/operators/stories/sketch-story.js';

function relation(a: string, b: string): string {
  const [first, second] = [sketchStory(null, a), sketchStory(null, b)];
  if (first === null || second === null) throw new Error('too short a text');
  const answer = compareSketches(first, second);
  expect(compareSketches(second, first)).toBe(answer);
  return answer;
}

const BASE = 'Ambrose Mills shares rise 4% after record orders';

describe('compareSketches', () => {
  it.each([
    ['an agency and a place', `OSLO, March 3 (Reuters) - ${BASE}`],
    ['an update', `UPDATE 2-${BASE}`],
    ['a repost', `RT @desk: ${BASE} https://t.co/a1`],
    ['the agency behind it', `${BASE} - Reuters`],
    ['capitals', BASE.toUpperCase()],
    ['a unit in words', BASE.replace('4%', '4 per cent')],
    ['words that mean the same', 'Ambrose Mills stock climbs 4 pct following record orders'],
    ['a body', `${BASE}\nThe spinner said mills were full until summer and that prices held.`],
    ['hashtags', `${BASE} #mills #textiles`],
    ['a listing code', BASE.replace('Mills', 'Mills (AMBM)')],
  ])('takes a text with %s for the same', (_, text) => {
    expect(relation(BASE, text)).toBe('same');
  });

  it.each([
    ['a number', BASE.replace('4%', '14%')],
    ['a direction', BASE.replace('rise', 'fall')],
    ['a name', BASE.replace('Ambrose', 'Ambleside')],
    ['a denial', BASE.replace('rise', 'did not rise')],
    ['a denial behind it', `${BASE}: company denies orders`],
    ['a further name', BASE.replace('Mills', 'Mills Turkey')],
  ])('never takes a text with another %s for the same', (_, text) => {
    expect(relation(BASE, text)).not.toBe('same');
  });

  const CHINESE = '岚山纺织前三季度净利润同比增长6.5%';

  it.each([
    ['a tag', `【快讯】${CHINESE}`],
    ['an agency', `财联社3月3日电，${CHINESE}。`],
    ['full-width signs', CHINESE.replace('%', '％')],
    ['words that mean the same', '岚山纺织前三季度归母净利润较上年同期上升6.5%'],
    ['a body', `【${CHINESE}】公司表示订单排产已到明年。`],
  ])('takes a Chinese text with %s for the same', (_, text) => {
    expect(relation(CHINESE, text)).toBe('same');
  });

  it.each([
    ['三十亿元', '30亿元', 'same'],
    ['三十亿元', '三亿元', 'conflict'],
    ['百分之十二', '12%', 'same'],
    ['百分之十二', '百分之二十', 'conflict'],
    ['二十五家', '25家', 'same'],
    ['一份', '', 'same'],
    ['2.4亿元人民币', '24000万元', 'same'],
    ['2.4亿元人民币', '2.4亿美元', 'conflict'],
  ])('compares %s with %s by value and unit: %s', (one, other, answer) => {
    const text = (figure: string) => `岚山纺织与客户签订${figure}供货合同`;
    expect(relation(text(one), text(other))).toBe(answer);
  });

  it('takes 未来, 无锡 and 未披露 in a further sentence for no denial of the first', () => {
    const more = `${CHINESE}。未来三年将在无锡扩产，投资额未披露。`;
    expect(relation(CHINESE, more)).toBe('same');
    expect(relation(CHINESE, `${CHINESE}。该数据未经证实。`)).not.toBe('same');
  });

  it.each([
    ['a number', CHINESE.replace('6.5', '65')],
    ['a direction', CHINESE.replace('增长', '下降')],
    ['a name', CHINESE.replace('岚山', '岚海')],
    ['a period', CHINESE.replace('前三季度', '前二季度')],
    ['a denial', CHINESE.replace('同比', '未同比')],
  ])('never takes a Chinese text with another %s for the same', (_, text) => {
    expect(relation(CHINESE, text)).not.toBe('same');
  });

  it('takes a text that was cut in the middle of a number for the beginning of the whole', () => {
    const whole = 'Ambrose Mills shares rise after record orders, target lifted to 125 crowns';
    expect(relation(whole, 'Ambrose Mills shares rise after record orders, target lifted to 12…')).toBe(
      'same',
    );
  });

  it('keeps the owner and the owned apart', () => {
    expect(
      relation(
        'Ambrose Mills buys Corran Yarns for 30 million',
        'Corran Yarns buys Ambrose Mills for 30 million',
      ),
    ).not.toBe('same');
  });
});

describe('sketchStory', () => {
  it('has none for a text of fewer than four words', () => {
    expect(sketchStory(null, 'Ambrose Mills')).toBeNull();
    expect(sketchStory(null, '🚨🚨🚨')).toBeNull();
  });

  it('reads one amount, however it is written', () => {
    const facts = (text: string) => sketchStory(null, `Ambrose Mills pays ${text} to its banks`)?.facts;
    expect(facts('$1.5 billion')).toEqual(facts('1.5bn dollars'));
    expect(facts('$1,500 million')).toEqual(facts('US$1.5bn'));
    expect(facts('$1.5 billion')).not.toEqual(facts('€1.5 billion'));
    expect(facts('1.5亿元')).toEqual(facts('15000万元'));
  });

  it('is bounded and does not throw, whatever the text', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('(((((', '<a ', '&#', '1,1.1,', '。。。', 'n\u2019t ', '-$', '\ud840'),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (parts, times) => {
        const sketch = sketchStory(null, parts.join('').repeat(times));
        expect(sketch?.tokens.length ?? 0).toBeLessThanOrEqual(MAX_TOKENS);
        expect(sketch?.facts.length ?? 0).toBeLessThanOrEqual(MAX_FACTS);
        if (sketch !== null) expect(compareSketches(sketch, sketch)).not.toBe('conflict');
      }),
      { numRuns: 300 },
    );
  });

  it.each(['(', ' ', '<b', '1,', '涨', '@a', 'reuters - ', '据财联社'])(
    'is linear in a text of 200,000 units of %j',
    (unit) => {
      const began = process.cpuUsage();
      sketchStory(unit.repeat(1_000), unit.repeat(200_000 / unit.length));
      const { user, system } = process.cpuUsage(began);
      expect((user + system) / 1_000).toBeLessThan(500);
    },
  );
});
