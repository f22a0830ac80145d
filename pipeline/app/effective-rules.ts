import { createHash } from 'node:crypto';

import { DEFAULT_RULES } from '../../alerts/rules/default-rules.js';
import type { NegativeSurgeRule } from '../../alerts/rules/negative-surge-rule.js';
import type { RuleOverride } from '../../config/schema.js';
import { ConfigError } from '../core/errors.js';

/**
 * The rules of an installation: the default ones with the numbers of its configuration.
 *
 * A changed rule gets a version of its own, because the version is part of every alert's identity.
 */
export function effectiveRules(overrides: readonly RuleOverride[] | null): readonly NegativeSurgeRule[] {
  const known = new Map(DEFAULT_RULES.map((rule) => [rule.id, rule]));
  for (const override of overrides ?? []) {
    const rule = known.get(override.id);
    if (rule === undefined) {
      throw new ConfigError(
        'config_invalid',
        `alerts.rules names "${override.id}", which is no rule. There are: ${[...known.keys()].join(', ')}.`,
      );
    }
    known.set(rule.id, applyOverride(rule, override));
  }
  return [...known.values()];
}

function applyOverride(rule: NegativeSurgeRule, override: RuleOverride): NegativeSurgeRule {
  const fireAt = override.threshold ?? rule.fireAt;
  const clearAt = override.clearThreshold ?? Math.min(rule.clearAt, fireAt);
  if (clearAt > fireAt) {
    throw new ConfigError(
      'config_invalid',
      `alerts.rules "${rule.id}": clearThreshold ${clearAt} is above threshold ${fireAt}; an alert could never settle. Lower it.`,
    );
  }
  const changed: NegativeSurgeRule = {
    ...rule,
    fireAt,
    clearAt,
    pendingAt: Math.min(rule.pendingAt, fireAt),
    minDocuments: override.minDocuments ?? rule.minDocuments,
    minHistoryDays: override.minHistoryDays ?? rule.minHistoryDays,
    windowHours: override.windowHours ?? rule.windowHours,
    holdHours: override.cooldownHours ?? rule.holdHours,
  };
  const fingerprint = createHash('sha256').update(JSON.stringify(changed)).digest('hex').slice(0, 8);
  return JSON.stringify(changed) === JSON.stringify(rule)
    ? rule
    : { ...changed, version: `${rule.version}-${fingerprint}` };
}
