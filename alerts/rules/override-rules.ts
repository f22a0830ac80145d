import { createHash } from 'node:crypto';
import type { NegativeSurgeRule } from './negative-surge-rule.js';

/** What an installation may change about a rule; what is left out stays. */
export interface RuleChange {
  readonly id: string;
  readonly threshold?: number | undefined;
  readonly clearThreshold?: number | undefined;
  readonly minDocuments?: number | undefined;
  readonly minHistoryDays?: number | undefined;
  readonly windowHours?: number | undefined;
  readonly cooldownHours?: number | undefined;
}

/**
 * Applies changes to the rules of the same id; changes that name no rule are returned in `unknown`.
 *
 * A changed rule gets a version of its own, made from the change, because its alerts are not those of the rule before.
 * The pending and severity scores keep their distance from the threshold. A window is rounded up to whole hours, the
 * unit in which history is kept.
 */
export function overrideRules(
  rules: readonly NegativeSurgeRule[],
  changes: readonly RuleChange[],
): { readonly rules: readonly NegativeSurgeRule[]; readonly unknown: readonly string[] } {
  const known = new Set(rules.map((rule) => rule.id));
  return {
    rules: rules.map((rule) => changes.filter(({ id }) => id === rule.id).reduce(applyChange, rule)),
    unknown: changes.map(({ id }) => id).filter((id) => !known.has(id)),
  };
}

function applyChange(rule: NegativeSurgeRule, change: RuleChange): NegativeSurgeRule {
  const fireAt = change.threshold ?? rule.fireAt;
  const shift = fireAt - rule.fireAt;
  const changed: NegativeSurgeRule = {
    ...rule,
    fireAt,
    pendingAt: Math.max(0, rule.pendingAt + shift),
    clearAt: Math.min(fireAt, change.clearThreshold ?? Math.max(0, rule.clearAt + shift)),
    severity: { high: rule.severity.high + shift, critical: rule.severity.critical + shift },
    minDocuments: change.minDocuments ?? rule.minDocuments,
    minHistoryDays: change.minHistoryDays ?? rule.minHistoryDays,
    windowHours: Math.ceil(change.windowHours ?? rule.windowHours),
    holdHours: change.cooldownHours ?? rule.holdHours,
  };
  const before = JSON.stringify(rule);
  const after = JSON.stringify(changed);
  if (before === after) return rule;
  const mark = createHash('sha256').update(after).digest('hex').slice(0, 8);
  return { ...changed, version: `${rule.version}+${mark}` };
}
