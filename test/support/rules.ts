import type { ExpertRule, RuleConditions, RuleEffect, RuleTest } from '../../pipeline/core/expert-rule.js';

export interface RuleSpec extends Partial<Omit<ExpertRule, 'when' | 'then' | 'tests'>> {
  readonly when?: Partial<RuleConditions>;
  readonly then?: Partial<RuleEffect>;
  readonly tests?: readonly (Partial<RuleTest> & Pick<RuleTest, 'text'>)[];
}

/** A rule without conditions and without effect; change what the test is about. */
export function makeRule({ when, then, tests = [], ...rest }: RuleSpec): ExpertRule {
  return {
    id: 'no-breach',
    version: 1,
    author: 'ana@desk.example',
    approvedBy: null,
    reason: 'A finding of no breach is no bad news.',
    expires: null,
    when: {
      anyOf: [],
      allOf: [],
      noneOf: [],
      pattern: null,
      languages: [],
      sources: [],
      sourceKinds: [],
      topics: [],
      instruments: [],
      ...when,
    },
    then: { set: null, atLeast: {}, atMost: {}, addTopic: null, abstain: false, ...then },
    tests: tests.map((test) => ({
      language: 'en',
      source: 'test',
      sourceKind: 'news',
      topics: [],
      instruments: [],
      publishedAt: null,
      fires: true,
      model: null,
      label: null,
      ...test,
    })),
    ...rest,
  };
}
