import { z } from 'zod';

import { SOURCE_KINDS } from '../pipeline/core/document.js';
import { ConfigError } from '../pipeline/core/errors.js';
import type { ExpertRule } from '../pipeline/core/expert-rule.js';
import { createLinearPattern, PatternError } from '../pipeline/core/linear-pattern.js';
import { SENTIMENT_LABELS, TOPIC_IDS } from '../pipeline/core/taxonomy.js';
import { pathWords, problemText, suggestionFor, type ConfigProblem, type LocateLine } from './problems.js';
import { readYaml } from './read-yaml.js';
import { isRecord } from './walk-schema.js';

/** Rules of all files together. */
export const MAX_RULES = 1_000;

const probability = z.number().min(0).max(1);
const bounds = z.strictObject({
  negative: probability.optional(),
  neutral: probability.optional(),
  positive: probability.optional(),
});
const probabilities = z
  .strictObject({ negative: probability, neutral: probability, positive: probability })
  .refine(
    ({ negative, neutral, positive }) => Math.abs(negative + neutral + positive - 1) < 1e-6,
    'must sum to 1',
  );
const words = z.array(z.string().trim().min(1).max(200)).max(500).default([]);
const names = z.array(z.string().min(1).max(200)).max(500).default([]);
const topic = z.enum(TOPIC_IDS);
const sourceKind = z.enum(SOURCE_KINDS);
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day as YYYY-MM-DD, in quotes')
  // A day that does not exist would run on into the next month.
  .refine(
    (value) => !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().startsWith(value),
    'is no day of the calendar',
  );

const pattern = z
  .string()
  .min(1)
  .max(500)
  .superRefine((source, context) => {
    if (/(?<!\\)\p{Lu}/u.test(source))
      context.addIssue('has capital letters, and texts are compared in lower case; write it in lower case');
    try {
      createLinearPattern(source);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      context.addIssue(`does not work: ${error.message}`);
    }
  });

const when = z
  .strictObject({
    anyOf: words,
    allOf: words,
    noneOf: words,
    pattern: pattern.nullable().default(null),
    languages: z.array(z.enum(['en', 'zh'])).default([]),
    sources: names,
    sourceKinds: z.array(sourceKind).default([]),
    topics: z.array(topic).default([]),
    instruments: names,
  })
  .refine(
    (conditions) =>
      Object.entries(conditions).some(
        ([key, value]) => key !== 'noneOf' && value !== null && value.length > 0,
      ),
    'asks for nothing, so the rule would decide over every document; give a condition (noneOf alone is none)',
  );

const then = z
  .strictObject({
    set: probabilities.nullable().default(null),
    atLeast: bounds.default({}),
    atMost: bounds.default({}),
    addTopic: topic.nullable().default(null),
    abstain: z.boolean().default(false),
  })
  .superRefine(({ set, atLeast, atMost, addTopic, abstain }, context) => {
    const floors = Object.values(atLeast);
    if (
      set === null &&
      floors.length === 0 &&
      Object.keys(atMost).length === 0 &&
      addTopic === null &&
      !abstain
    )
      context.addIssue('does nothing; give set, atLeast, atMost, addTopic or abstain');
    if (floors.reduce<number>((sum, floor) => sum + (floor ?? 0), 0) > 1)
      context.addIssue('has floors (atLeast) that come to more than 1');
    for (const label of SENTIMENT_LABELS)
      if ((atLeast[label] ?? 0) > (atMost[label] ?? 1))
        context.addIssue(`holds ${label} above and below: atLeast is more than atMost`);
  });

const test = z.strictObject({
  text: z.string().min(1).max(5_000),
  language: z.string().min(2).max(10).nullable().default(null),
  source: z.string().default('test'),
  sourceKind: sourceKind.default('news'),
  topics: z.array(topic).default([]),
  instruments: names,
  publishedAt: z.iso.datetime({ offset: true }).nullable().default(null),
  fires: z.boolean(),
  model: probabilities.nullable().default(null),
  label: z.enum(SENTIMENT_LABELS).nullable().default(null),
});

const rule = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be 1 to 64 small letters, figures and hyphens'),
  version: z.int().min(1).max(1_000_000),
  author: z.string().trim().min(1).max(200),
  approvedBy: z.string().trim().min(1).max(200).nullable().default(null),
  reason: z.string().trim().min(1).max(300),
  expires: day.nullable().default(null),
  when,
  then,
  tests: z.array(test).min(1, 'needs at least one text that the rule fires for').max(100),
});
const file = z.strictObject({ rules: z.array(rule).max(MAX_RULES) });

/**
 * Reads files of expert rules, in their order.
 *
 * Throws ConfigError `rules_invalid` with all problems of a file at once, each with its line; the same id twice, in one file or in
 * two, is a problem too.
 */
export async function loadExpertRules(files: readonly string[]): Promise<readonly ExpertRule[]> {
  const all: ExpertRule[] = [];
  for (const path of files) {
    const { value, lineOf, problems } = await readYaml(path);
    const fail = (found: readonly ConfigProblem[]): never => {
      throw new ConfigError('rules_invalid', problemText(`The file of expert rules ${path}`, found));
    };
    if (problems.length > 0) fail(problems.map((problem) => ({ ...problem, fix: fixOf(problem) })));
    const parsed = file.safeParse(value);
    if (!parsed.success)
      return fail(parsed.error.issues.flatMap((issue) => problemsOf(issue, value, lineOf)));
    const rules = parsed.data.rules.map(toRule);
    const twice = repeatedIds([...all, ...rules], all.length, lineOf);
    if (twice.length > 0) fail(twice);
    all.push(...rules);
  }
  return all;
}

type ParsedRule = z.output<typeof rule>;

function toRule(parsed: ParsedRule): ExpertRule {
  return {
    ...parsed,
    then: { ...parsed.then, atLeast: given(parsed.then.atLeast), atMost: given(parsed.then.atMost) },
    tests: parsed.tests.map((each) => ({
      ...each,
      language: each.language ?? (/[\u4e00-\u9fff]/.test(each.text) ? 'zh' : 'en'),
    })),
  };
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function given<T extends object>(bound: T): Given<T> {
  return Object.fromEntries(Object.entries(bound).filter(([, value]) => value !== undefined)) as Given<T>;
}

function repeatedIds(
  rules: readonly ExpertRule[],
  from: number,
  lineOf: LocateLine,
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (rules.length > MAX_RULES)
    problems.push({
      path: 'rules',
      line: lineOf(['rules']),
      problem: `comes with the files before it to ${rules.length} rules`,
      fix: `Keep to ${MAX_RULES}.`,
    });
  for (const [index, { id }] of rules.entries()) {
    if (index < from || rules.findIndex((other) => other.id === id) === index) continue;
    problems.push({
      path: `rules[${index - from}].id`,
      line: lineOf(['rules', index - from, 'id']),
      problem: `is "${id}", which another rule has already`,
      fix: 'Give each rule an id of its own: rows name rules by it.',
    });
  }
  return problems;
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown, lineOf: LocateLine): readonly ConfigProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: pathWords([...issue.path, key]),
      line: lineOf([...issue.path, key]),
      problem: 'is not known here',
      fix: suggestionFor(key, knownKeys(issue.path)),
    }));
  const at = issue.path.reduce<unknown>(
    (held, step) => (isRecord(held) || Array.isArray(held) ? Reflect.get(held, step) : undefined),
    value,
  );
  const missing = at === undefined && issue.code === 'invalid_type';
  const choices = issue.code === 'invalid_value' ? `Use one of ${issue.values.map(String).join(', ')}.` : '';
  const own = issue.code === 'custom' || !/^(Invalid|Too)/.test(issue.message);
  const problem = missing ? 'is missing' : own ? issue.message : `is not valid (${issue.message})`;
  return [
    { path: pathWords(issue.path), line: lineOf(issue.path), problem, fix: missing ? 'Add it.' : choices },
  ];
}

/** What may stand at a place, for suggestions. */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const last = path.findLast((step) => typeof step === 'string');
  if (last === undefined) return Object.keys(file.shape);
  if (last === 'when') return Object.keys(when.def.shape);
  if (last === 'then') return Object.keys(then.def.shape);
  if (last === 'tests') return Object.keys(test.shape);
  return last === 'rules' ? Object.keys(rule.shape) : SENTIMENT_LABELS;
}

function fixOf({ problem, fix }: ConfigProblem): string {
  if (problem === 'does not exist') return 'Correct the path in models.rules.files.';
  return fix.replaceAll('config/default.yaml', 'config/examples/expert-rules/rules.yaml');
}
