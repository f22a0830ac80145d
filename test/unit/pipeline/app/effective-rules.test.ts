import { describe, expect, it } from 'vitest';

import { DEFAULT_RULES } from '../../../../alerts/rules/default-rules.js';
import { effectiveRules } from '../../../../pipeline/app/effective-rules.js';

describe('the rules of an installation', () => {
  it('are the default ones, version and all, when nothing is changed', () => {
    expect(effectiveRules(null)).toEqual(DEFAULT_RULES);
    const [rule] = DEFAULT_RULES;
    expect(effectiveRules([{ id: rule!.id, threshold: rule!.fireAt }])).toEqual(DEFAULT_RULES);
  });

  it('carry a version of their own when a number changes, and the same one for the same number', () => {
    const [changed] = effectiveRules([{ id: 'market-negative-surge', threshold: 9 }]);
    const [again] = effectiveRules([{ id: 'market-negative-surge', threshold: 9 }]);
    expect(changed).toMatchObject({ fireAt: 9 });
    expect(changed?.version).not.toBe(DEFAULT_RULES[0]?.version);
    expect(again).toEqual(changed);
  });

  it.each([
    [{ id: 'moon-phase' }, /no rule.*market-negative-surge/],
    [{ id: 'market-negative-surge', threshold: 2, clearThreshold: 3 }, /never settle/],
  ])('refuse %j with the fix', (override, words) => {
    expect(() => effectiveRules([override])).toThrow(words);
  });
});
