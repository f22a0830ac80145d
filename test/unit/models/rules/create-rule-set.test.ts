import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeSentiment } from '../../../../models/rules/change-sentiment.js';
import { createRuleSet } from '../../../../models/rules/create-rule-set.js';
import { testRules } from '../../../../models/rules/test-rules.js';
import { toSentiment } from '../../../../models/to-sentiment.js';
import type { RuleSubject } from '../../../../pipeline/core/expert-rule.js';
import { makeRule } from '../../../support/rules.js';

const SUBJECT: RuleSubject = {
  text: 'Halden Motors was found not in breach of its covenants',
  language: 'en',
  source: { id: 'wire', kind: 'news' },
  publishedAt: '2026-03-01T09:00:00Z',
  topics: [{ topic: 'legal_regulation', probability: 0.8 }],
  instruments: ['HLDN.XDEM'],
  sentiment: toSentiment([0.8, 0.15, 0.05]),
};
const fires = (rule: ReturnType<typeof makeRule>, subject: Partial<RuleSubject> = {}) =>
  createRuleSet([rule]).apply({ ...SUBJECT, ...subject }) !== null;

describe('the conditions of a rule', () => {
  it.each([
    [{ anyOf: ['NOT IN BREACH'] }, {}, true],
    [{ anyOf: ['in breach of  its'] }, { text: 'found in breach of\n its covenants' }, true],
    [{ anyOf: ['each'] }, {}, false],
    [{ anyOf: ['未违规'] }, { text: '公司未违规经营', language: 'zh' }, true],
    [{ anyOf: ['风险'] }, { text: '提示風險事項', language: 'zh' }, true],
    [{ anyOf: ['Ａ股'] }, { text: '今日A股收涨', language: 'zh' }, true],
    [{ allOf: ['halden', 'covenants'] }, {}, true],
    [{ allOf: ['halden', 'dividend'] }, {}, false],
    [{ anyOf: ['breach'], noneOf: ['covenants'] }, {}, false],
    [{ pattern: 'not in (?:any )?breach' }, {}, true],
    [{ pattern: '\\bfined \\$\\d+' }, {}, false],
    [{ languages: ['zh'] }, {}, false],
    [{ languages: ['en'] }, { language: 'en-GB' }, true],
    [{ sources: ['wire'], sourceKinds: ['news'] }, {}, true],
    [{ sourceKinds: ['social'] }, {}, false],
    [{ topics: ['legal_regulation' as const] }, {}, true],
    [{ topics: ['earnings' as const] }, {}, false],
    [{ instruments: ['HLDN.XDEM', 'X.Y'] }, {}, true],
    [{ instruments: ['X.Y'] }, {}, false],
  ])('%j with %j: %s', (when, subject, expected) => {
    expect(fires(makeRule({ when }), subject)).toBe(expected);
  });

  it('end on the day on which the rule expires, by the time of the document', () => {
    const rule = makeRule({ when: { anyOf: ['breach'] }, expires: '2026-03-02' });
    expect(fires(rule, { publishedAt: '2026-03-01T23:59:59.999Z' })).toBe(true);
    expect(fires(rule, { publishedAt: '2026-03-02T00:00:00Z' })).toBe(false);
  });
});

describe('the effect of a rule', () => {
  const sentiment = toSentiment([0.8, 0.15, 0.05]);
  it.each([
    ['sets', { set: { negative: 0, neutral: 1, positive: 0 } }, [0, 1, 0]],
    ['holds up', { atLeast: { positive: 0.5 } }, [0.5 * (0.8 / 0.95), 0.5 * (0.15 / 0.95), 0.5]],
    ['does not lower by a floor', { atLeast: { negative: 0.2 } }, [0.8, 0.15, 0.05]],
    ['vetoes', { atMost: { negative: 0.2 } }, [0.2, 0.75, 0.05]],
  ])('%s', (_name, effect, expected) => {
    const changed = changeSentiment(sentiment, { set: null, atLeast: {}, atMost: {}, ...effect });
    expect([changed.negative, changed.neutral, changed.positive]).toEqual(
      expected.map((value) => expect.closeTo(value, 9) as number),
    );
  });

  it('always leaves probabilities that sum to 1 and keep to the veto', () => {
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(part, part, part, part, part, (a, b, c, floor, ceiling) => {
        fc.pre(a + b + c > 0.01);
        const changed = changeSentiment(toSentiment([a, b, c]), {
          set: null,
          atLeast: { positive: floor },
          atMost: { negative: ceiling },
        });
        expect(changed.negative + changed.neutral + changed.positive).toBeCloseTo(1, 9);
        expect(changed.negative).toBeLessThanOrEqual(ceiling + 1e-9);
      }),
    );
  });

  it('is added up in the order of the rules, and each is named', () => {
    const set = createRuleSet([
      makeRule({ id: 'one', when: { anyOf: ['breach'] }, then: { atMost: { negative: 0.2 } } }),
      makeRule({ id: 'two', when: { anyOf: ['dividend'] } }),
      makeRule({
        id: 'three',
        version: 4,
        reason: 'Because.',
        then: { addTopic: 'fraud_risk', abstain: true },
      }),
    ]);
    const answer = set.apply(SUBJECT);
    expect(answer?.applied.map(({ id, version }) => [id, version])).toEqual([
      ['one', 1],
      ['three', 4],
    ]);
    expect(answer?.sentiment.negative).toBeCloseTo(0.2, 9);
    expect(answer?.topics.map(({ topic }) => topic)).toEqual(['fraud_risk', 'legal_regulation']);
    expect([answer?.abstain, answer?.decided]).toEqual([true, false]);
  });
});

describe('a set of rules', () => {
  it('has a version that changes with what a rule does and not with its tests', () => {
    const version = (change: Parameters<typeof makeRule>[0]) => createRuleSet([makeRule(change)]).version;
    expect(createRuleSet([]).version).toBe('');
    expect(version({})).toMatch(/^[0-9a-f]{8}$/);
    expect(version({ then: { abstain: true } })).not.toBe(version({}));
    expect(version({ reason: 'Another.' })).not.toBe(version({}));
    expect(version({ tests: [] })).toBe(version({}));
  });

  it('may fire wherever a rule fires for a part of the text', () => {
    const set = createRuleSet([
      makeRule({ when: { anyOf: ['breach'], noneOf: ['fined'], topics: ['earnings'] } }),
    ]);
    expect(set.mayFire({ ...SUBJECT, text: 'Not in breach. But another one was fined.' })).toBe(true);
    expect(set.mayFire({ ...SUBJECT, text: 'Nothing.' })).toBe(false);
    expect(createRuleSet([]).mayFire(SUBJECT)).toBe(false);
  });

  it('takes bounded time for hundreds of rules and any text', () => {
    const rules = Array.from({ length: 500 }, (_, index) =>
      makeRule({ id: `r${index}`, when: { anyOf: [`${'a'.repeat(40)}${index}`], noneOf: ['a'.repeat(41)] } }),
    );
    const set = createRuleSet([...rules, makeRule({ when: { pattern: '(?:a|a)*b$' } })]);
    const started = process.cpuUsage();
    for (const unit of ['a', '不', '\ud800', ' ', 'a1 ']) set.apply({ ...SUBJECT, text: unit.repeat(1_000) });
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(250);
  });
});

describe('testRules', () => {
  it('names the rule, the test and what came out', () => {
    const test = { text: 'found in breach', fires: true } as const;
    const rule = makeRule({
      when: { anyOf: ['breach'] },
      then: { atMost: { negative: 0.2 } },
      expires: '2020-01-01',
      tests: [
        test,
        { ...test, fires: false },
        { ...test, text: 'nothing' },
        { ...test, model: { negative: 0.7, neutral: 0.3, positive: 0 }, label: 'positive' },
        { ...test, model: { negative: 0.7, neutral: 0.3, positive: 0 }, label: 'neutral' },
        { ...test, publishedAt: '2020-01-01T00:00:00Z' },
      ],
    });
    expect(testRules([rule])).toEqual([
      { rule: 'no-breach', test: 2, problem: 'the rule fires' },
      { rule: 'no-breach', test: 3, problem: 'the rule does not fire' },
      { rule: 'no-breach', test: 4, problem: 'the label becomes neutral, not positive' },
      { rule: 'no-breach', test: 6, problem: 'the rule does not fire' },
    ]);
  });
});
