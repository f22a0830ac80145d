import type { Alert, AlertEventType, Evaluation, Severity } from '../pipeline/core/alert.js';
import { hasSubstance } from './rules/evaluate-negative-surge.js';
import type { NegativeSurgeRule } from './rules/negative-surge-rule.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export type Transition = Exclude<AlertEventType, 'mailed'>;

/**
 * Decides what one evaluation does to the alert of one series under one rule: a step, two when it begins and fires at
 * once, or none.
 *
 * Life: (nothing) → pending → firing → resolved, or pending → cleared. It begins at `pendingAt`, fires at `fireAt` after
 * `pendingMinutes`, and ends below `clearAt`, so that a score near one threshold cannot flap. A firing alert stays open
 * for `holdHours` (the cool-down): what surges meanwhile belongs to it. While the installation is silent nothing ends,
 * because no data is not calm.
 */
export function decideTransitions(input: {
  readonly open: Alert | null;
  readonly evaluation: Evaluation;
  readonly rule: NegativeSurgeRule;
  readonly now: number;
  readonly silent: boolean;
}): readonly Transition[] {
  const { open, evaluation, rule, now, silent } = input;
  const grounded = hasSubstance(evaluation, rule);
  const ends = evaluation.score < rule.clearAt && !silent;
  if (open === null) {
    if (!grounded || evaluation.score < rule.pendingAt) return [];
    return evaluation.score >= rule.fireAt && rule.pendingMinutes === 0 ? ['pending', 'firing'] : ['pending'];
  }
  if (open.state === 'pending') {
    const waited = now - Date.parse(open.startedAt) >= rule.pendingMinutes * MINUTE_MS;
    if (grounded && evaluation.score >= rule.fireAt && waited) return ['firing'];
    return ends ? ['cleared'] : [];
  }
  const held = open.firedAt !== null && now - Date.parse(open.firedAt) >= rule.holdHours * HOUR_MS;
  return open.state === 'firing' && held && ends ? ['resolved'] : [];
}

/** How bad a score is on the rule's own scale. */
export function severityOf(score: number, rule: NegativeSurgeRule): Severity {
  if (score >= rule.severity.critical) return 'critical';
  return score >= rule.severity.high ? 'high' : 'warning';
}
