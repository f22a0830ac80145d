import { resolve } from 'node:path';

import { loadExpertRules } from '../../config/expert-rules.js';
import { testRules, type FailedRuleTest } from '../../models/rules/test-rules.js';
import { isApproved } from '../app/expert-rules.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import type { ExpertRule } from '../core/expert-rule.js';
import { flag } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

interface RuleReport {
  readonly id: string;
  readonly version: number;
  readonly author: string;
  readonly approvedBy: string | null;
  /** Whether the configuration lets it decide. */
  readonly state: 'in force' | 'not approved' | 'expired';
  readonly tests: number;
  readonly failed: readonly Pick<FailedRuleTest, 'test' | 'problem'>[];
}

export const expertRulesTestCommand: Command = {
  name: 'expert-rules test',
  summary:
    'Checks files of expert rules and runs the tests in them; without FILE those that the configuration names.',
  usage: '[FILE …] [--config FILE] [--json]',
  options: {
    config: CONFIG_OPTIONS.config,
    json: { type: 'boolean', doc: 'One line of JSON a rule.' },
  },
  examples: [
    'bellwether expert-rules test config/examples/expert-rules/rules.yaml',
    'bellwether expert-rules test --config mine.yaml --json',
  ],
  async run(args, io) {
    const { rules: options } = (await configFrom(args, io, { sources: [] })).models;
    const given = args.positionals.map((file) => resolve(io.cwd, file));
    const files = given.length === 0 ? options.files : given;
    if (files.length === 0) {
      throw new ConfigError(
        'usage',
        'There are no expert rules: give a FILE, or a configuration with models.rules.files.',
      );
    }
    const rules = await loadExpertRules(files);
    if (rules.length === 0) {
      io.words(`There are no rules in ${files.join(', ')}.`);
      return 0;
    }
    const failed = testRules(rules);
    const reports = rules.map((rule) => toReport(rule, failed, options.approval, systemClock.now()));
    io.out(flag(args, 'json') ? reports.map((each) => `${JSON.stringify(each)}\n`).join('') : table(reports));
    return failed.length === 0 ? 0 : 1;
  },
};

function toReport(
  rule: ExpertRule,
  failed: readonly FailedRuleTest[],
  approval: 'none' | 'required',
  now: number,
): RuleReport {
  const { id, version, author, approvedBy, expires, tests } = rule;
  const expired = expires !== null && Date.parse(expires) <= now;
  const counts = approval === 'none' || isApproved(rule);
  return {
    id,
    version,
    author,
    approvedBy,
    state: expired ? 'expired' : counts ? 'in force' : 'not approved',
    tests: tests.length,
    failed: failed.filter((each) => each.rule === id).map(({ test, problem }) => ({ test, problem })),
  };
}

function table(reports: readonly RuleReport[]): string {
  const lines = reports.flatMap(({ id, version, state, tests, failed }) => [
    `${failed.length === 0 ? 'good' : 'BAD '}  ${id} ${version}  ${state}  ${tests - failed.length} of ${tests} tests pass`,
    ...failed.map(({ test, problem }) => `      test ${test}: ${problem}`),
  ]);
  return `${lines.join('\n')}\n`;
}
