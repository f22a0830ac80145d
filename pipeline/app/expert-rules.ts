import { loadExpertRules } from '../../config/expert-rules.js';
import type { Config } from '../../config/schema.js';
import { testRules } from '../../models/rules/test-rules.js';
import { ConfigError } from '../core/errors.js';
import type { ExpertRule, ExpertRuleSet } from '../core/expert-rule.js';
import type { Classifier } from '../core/model.js';
import type { Logger } from '../telemetry/logger.js';

/** The rules of a configuration. */
export interface ExpertRules {
  readonly inForce: readonly ExpertRule[];
  /** Those that somebody else than their author has yet to approve. */
  readonly waiting: readonly ExpertRule[];
}

/**
 * Reads the expert rules that a configuration names and tells which are in force.
 *
 * Throws ConfigError `rules_invalid`, or `rules_fail_their_tests` when a rule does not do what its own file says: a rule that does
 * something else than its author believes must not decide over anything.
 */
export async function loadRules({ files, approval }: Config['models']['rules']): Promise<ExpertRules> {
  const rules = await loadExpertRules(files);
  const failed = testRules(rules);
  if (failed.length > 0) {
    const lines = failed.map(({ rule, test, problem }) => `  ${rule}, test ${test}: ${problem}.`);
    throw new ConfigError(
      'rules_fail_their_tests',
      [
        'Expert rules do not do what their tests say:',
        ...lines,
        'Correct the rule or the test. "bellwether expert-rules test FILE" runs them.',
      ].join('\n'),
    );
  }
  if (approval === 'none') return { inForce: rules, waiting: [] };
  return {
    inForce: rules.filter(isApproved),
    waiting: rules.filter((rule) => !isApproved(rule)),
  };
}

/** Four eyes: by somebody, and not by the author in another spelling. */
export function isApproved({ author, approvedBy }: Pick<ExpertRule, 'author' | 'approvedBy'>): boolean {
  const plain = (name: string) => name.normalize('NFKC').trim().toLowerCase();
  return approvedBy !== null && plain(approvedBy) !== plain(author);
}

/** Says which rules do not count yet, at the start and after each reload. */
export function warnOfWaiting({ waiting }: ExpertRules, logger: Pick<Logger, 'warn'>): void {
  for (const { id } of waiting)
    logger.warn('An expert rule is not in force: somebody else than its author has to approve it.', { id });
}

/** Rules that can be exchanged while they are asked. */
export interface SwitchableRules extends ExpertRuleSet {
  pinned(): ExpertRuleSet;
  switchTo(next: ExpertRuleSet): void;
}

export function createSwitchableRules(first: ExpertRuleSet): SwitchableRules {
  let current = first;
  return {
    get version() {
      return current.version;
    },
    get rules() {
      return current.rules;
    },
    mayFire: (subject) => current.mayFire(subject),
    apply: (subject) => current.apply(subject),
    pinned: () => current,
    switchTo(next) {
      current = next;
    },
  };
}

const RULES_MARK = '+rules.';

/** The version of the model itself, whatever expert rules decided over it. */
export function withoutRules(version: string): string {
  return version.split(RULES_MARK)[0] ?? version;
}

/** The classifier under the name of the model with its rules, so that what other rules decided is scored again. */
export function withRules(classifier: Classifier, { version }: Pick<ExpertRuleSet, 'version'>): Classifier {
  if (version === '') return classifier;
  const { model } = classifier;
  return { ...classifier, model: { ...model, version: `${model.version}${RULES_MARK}${version}` } };
}
