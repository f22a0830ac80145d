import type { z } from 'zod';

import { nearestName } from '../pipeline/core/nearest-name.js';
import { configSchema } from './schema.js';
import { sourceSchema } from './source-schema.js';
import { isRecord, isSecret, schemaAt, shapeOf, typeWords } from './walk-schema.js';

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Such as `sources[2].url`; empty for the file as a whole. */
  readonly path: string;
  /** Line in the YAML file, from 1; null when it came from elsewhere. */
  readonly line: number | null;
  readonly problem: string;
  readonly fix: string;
}

export type LocateLine = (path: readonly PropertyKey[]) => number | null;

export function pathWords(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (words, key) =>
      typeof key === 'number' ? `${words}[${key}]` : `${words}${words === '' ? '' : '.'}${String(key)}`,
    '',
  );
}

/** Says in words what zod found. The value is repeated nowhere, as it may be a secret. */
export function problemsOf(
  issue: z.core.$ZodIssue,
  value: unknown,
  lineOf: LocateLine,
): readonly ConfigProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(issue.path, key, value, lineOf));
  const schema = schemaAt(configSchema, issue.path, value);
  const path = pathWords(issue.path);
  const line = lineOf(issue.path);
  if (schema !== null && isSecret(schema))
    return [
      {
        path,
        line,
        problem: 'is a secret and must not stand in the file itself',
        fix: 'Write ${env:NAME} to take it from the environment, or {file: PATH} to read it from a file.',
      },
    ];
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const type = schema === null ? 'text' : typeWords(schema);
  const words = type === 'text' ? '' : `Use ${type}.`;
  if (issue.code === 'invalid_union')
    return [{ path, line, problem: 'is not a known type', fix: `Use one of ${sourceTypes().join(', ')}.` }];
  if (schema !== null && issue.code === 'invalid_value' && !missing)
    return [
      {
        path,
        line,
        problem: 'is none of the values that are known',
        fix: `${nearestWords(issue, value)}${words}`,
      },
    ];
  const own = issue.code === 'custom' || !/^(Invalid|Too)/.test(issue.message);
  const problem = missing ? 'is missing' : own ? issue.message : wordsOf(issue.message);
  return [{ path, line, problem, fix: missing ? `Add it. ${words}`.trimEnd() : words }];
}

function unknownKey(
  path: readonly PropertyKey[],
  key: string,
  value: unknown,
  lineOf: LocateLine,
): ConfigProblem {
  const schema = schemaAt(configSchema, path, value);
  const parent = valueAt(path, value);
  const known = schema === null ? [] : Object.keys(shapeOf(schema, parent) ?? {});
  return {
    path: pathWords([...path, key]),
    line: lineOf([...path, key]),
    problem: 'is not an option',
    fix: suggestionFor(key, known),
  };
}

/** `Did you mean utf-8? ` for a value that is nearly one of those that may be there. */
function nearestWords(issue: z.core.$ZodIssueInvalidValue, value: unknown): string {
  const written = valueAt(issue.path, value);
  const known = issue.values.map(String);
  const nearest = typeof written === 'string' ? nearestName(written, known) : null;
  return nearest === null ? '' : `Did you mean ${nearest}? `;
}

function valueAt(path: readonly PropertyKey[], value: unknown): unknown {
  return path.reduce<unknown>(
    (at, step) => (isRecord(at) || Array.isArray(at) ? Reflect.get(at, step) : undefined),
    value,
  );
}

/** `Did you mean port?`, or what is known. */
export function suggestionFor(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  if (nearest !== null) return `Did you mean ${nearest}?`;
  return known.length === 0 ? 'Remove it.' : `Remove it, or use one of: ${known.join(', ')}.`;
}

/** One screen of text: a sentence and a line for each problem. */
export function problemText(name: string, problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const lines = problems.map(({ path, line, problem, fix }) => {
    const where = `${path === '' ? 'the file' : path}${line === null ? '' : ` (line ${line})`}`;
    return `  ${where} ${problem}. ${fix}`.trimEnd();
  });
  return [`${name} has ${count}:`, ...lines].join('\n');
}

function wordsOf(message: string): string {
  const words = message.replace(/^Invalid input: /, '').replace(/^Too /, 'is too ');
  return words.startsWith('is ') ? words : `is not valid (${words})`;
}

function sourceTypes(): readonly string[] {
  return sourceSchema.def.options.flatMap(({ shape }) => [...shape.type.values]).sort();
}
