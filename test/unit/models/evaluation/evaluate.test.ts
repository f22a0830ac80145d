import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../models/evaluation/evaluate.js';
import { parseLabelledRow } from '../../../../models/evaluation/read-labelled-rows.js';
import { toTopicId } from '../../../../models/evaluation/topic-map.js';
import { toSentiment } from '../../../../models/to-sentiment.js';
import type { Classifier } from '../../../../pipeline/core/model.js';

const model = { name: 'stub', version: '1', sha256: '0' };
/** Answers positive for a text with "up", else negative; always earnings. */
const classifier: Classifier = {
  model,
  classify: (inputs) =>
    Promise.resolve(
      inputs.map(({ text }) => ({
        sentiment: toSentiment(text.includes('up') ? [0.1, 0.1, 0.8] : [0.8, 0.1, 0.1]),
        topics: [{ topic: 'earnings' as const, probability: 1 }],
        flags: [],
      })),
    ),
  explain: () => Promise.resolve(null),
  close: () => Promise.resolve(),
};
const clock = { monotonic: () => 0 };
const row = (fields: object) =>
  parseLabelledRow(JSON.stringify({ lang: 'en', source: 'tfn_topic', ...fields }), 'x:1');

describe('evaluate', () => {
  it('counts a row only for the labels it has', async () => {
    const rows = [
      row({ text: 'up', sentiment: 'positive', score: 0.5 }),
      row({ text: 'down', sentiment: 'positive' }),
      row({ text: 'up', topic: 'Earnings' }),
      row({ text: 'up', topic: 'no such topic' }),
    ];
    const report = await evaluate(classifier, rows, { set: 'made-up', clock });
    expect(report).toMatchObject({
      model,
      set: 'made-up',
      n: 4,
      sentiment: {
        n: 2,
        accuracy: 0.5,
        perClass: { positive: { precision: 1, recall: 0.5 }, neutral: { f1: 0 } },
      },
      topic: { n: 1, accuracy: 1, macroF1: 1 },
      entities: null,
    });
    expect(report.intensity?.n).toBe(1);
    expect(report.intensity?.mae).toBeCloseTo(0.2);
  });

  it('has null for what no row has a label for', async () => {
    const report = await evaluate(classifier, [row({ text: 'up' })], { set: 'bare', clock });
    expect(report).toMatchObject({ n: 1, sentiment: null, topic: null, entities: null, intensity: null });
  });

  it('judges entities when told how, those not found as neutral', async () => {
    const entities = [
      { name: 'A', sentiment: 'negative' },
      { name: 'B', sentiment: 'neutral' },
    ];
    const report = await evaluate(classifier, [row({ text: 'A', entities })], {
      set: 'entities',
      clock,
      scoreMentions: () => Promise.resolve([['negative', null]]),
    });
    expect(report.entities).toEqual({ n: 2, found: 1, accuracy: 1, macroF1: 1 });
  });
});

describe('parseLabelledRow', () => {
  it.each([
    ['{', 'not valid JSON'],
    ['[]', 'a JSON object is needed'],
    ['{"lang":"en"}', 'field "text"'],
    ['{"text":"a"}', 'field "lang"'],
    ['{"text":"a","lang":"en","sentiment":"bullish"}', 'field "sentiment"'],
    ['{"text":"a","lang":"en","score":"high"}', 'field "score"'],
  ])('refuses %s, naming place and field', (line, problem) => {
    expect(() => parseLabelledRow(line, 'dev.jsonl:7')).toThrow(`dev.jsonl:7: ${problem}`);
  });
});

describe('toTopicId', () => {
  it.each([
    ['tfn_topic', 'Fed | Central Banks', 'central_bank'],
    ['fiqa_headline', 'Corporate/M&A', 'mna'],
    ['zh_finnl_topic', '虚拟货币', 'crypto'],
    ['own', 'fraud_risk', 'fraud_risk'],
    ['zh_finnl_topic', '外国', null],
    ['anything', 'unknown', null],
  ])('reads %s %s as %s', (source, native, topic) => {
    expect(toTopicId(source, native)).toBe(topic);
  });
});
