import type { ExpertRule, ExpertRuleSet, RuleTest } from '../../pipeline/core/expert-rule.js';
import { toSentiment } from '../to-sentiment.js';
import { createRuleSet } from './create-rule-set.js';

/** A test of a rule that did not come out as its file says. */
export interface FailedRuleTest {
  readonly rule: string;
  /** From 1, in the order of the file. */
  readonly test: number;
  readonly problem: string;
}

/** Runs the tests that stand beside the rules, each rule for itself; answers with those that failed. */
export function testRules(rules: readonly ExpertRule[]): readonly FailedRuleTest[] {
  return rules.flatMap((rule) => {
    const set = createRuleSet([rule]);
    return rule.tests.flatMap((test, index) => {
      const problem = problemOf(rule, test, set);
      return problem === null ? [] : [{ rule: rule.id, test: index + 1, problem }];
    });
  });
}

function problemOf(rule: ExpertRule, test: RuleTest, set: Pick<ExpertRuleSet, 'apply'>): string | null {
  const model = test.model ?? { negative: 0, neutral: 1, positive: 0 };
  const answer = set.apply({
    text: test.text,
    language: test.language,
    source: { id: test.source, kind: test.sourceKind },
    publishedAt: test.publishedAt ?? dayBefore(rule.expires),
    topics: test.topics.map((topic) => ({ topic, probability: 1 })),
    instruments: test.instruments,
    sentiment: toSentiment([model.negative, model.neutral, model.positive]),
  });
  if ((answer !== null) !== test.fires) return test.fires ? 'the rule does not fire' : 'the rule fires';
  const label = answer?.sentiment.label;
  if (test.label === null || label === undefined || label === test.label) return null;
  return `the label becomes ${label}, not ${test.label}`;
}

/** A test without a time of its own is about the time in which its rule is in force. */
function dayBefore(expires: string | null): string {
  return new Date(expires === null ? 0 : Date.parse(expires) - 1).toISOString();
}
