import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from '../../../../alerts/rules/default-rules.js';
import { overrideRules } from '../../../../alerts/rules/override-rules.js';

const [market] = DEFAULT_RULES;

describe('overrideRules', () => {
  it('changes the named rule alone and gives it a version of its own', () => {
    const { rules, unknown } = overrideRules(DEFAULT_RULES, [
      { id: market!.id, threshold: market!.fireAt + 1, cooldownHours: 6, windowHours: 11.2 },
    ]);
    expect(unknown).toEqual([]);
    expect(rules[0]).toMatchObject({ fireAt: market!.fireAt + 1, holdHours: 6, windowHours: 12 });
    expect(rules[0]!.pendingAt).toBeCloseTo(market!.pendingAt + 1);
    expect(rules[0]!.version).toMatch(/^1\+[0-9a-f]{8}$/);
    expect(rules.slice(1)).toEqual(DEFAULT_RULES.slice(1));
  });

  it('keeps the version when nothing changes, and the clear threshold at or below the threshold', () => {
    const same = overrideRules(DEFAULT_RULES, [{ id: market!.id, threshold: market!.fireAt }]);
    expect(same.rules[0]).toEqual(market);
    const odd = overrideRules(DEFAULT_RULES, [{ id: market!.id, threshold: 2, clearThreshold: 5 }]);
    expect(odd.rules[0]!.clearAt).toBe(2);
  });

  it('names changes that fit no rule', () => {
    expect(overrideRules(DEFAULT_RULES, [{ id: 'volume' }]).unknown).toEqual(['volume']);
  });
});

describe('default rules', () => {
  it.each(DEFAULT_RULES.map((rule) => [rule.id, rule] as const))('orders the scores of %s', (_id, rule) => {
    expect(rule.clearAt).toBeLessThan(rule.pendingAt);
    expect(rule.pendingAt).toBeLessThanOrEqual(rule.fireAt);
    expect(rule.fireAt).toBeLessThan(rule.severity.high);
    expect(rule.severity.high).toBeLessThan(rule.severity.critical);
    expect(rule.windowHours % 1).toBe(0);
  });
});
