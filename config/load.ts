import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { z } from 'zod';

import { ConfigError } from '../pipeline/core/errors.js';

import { crossChecks } from './cross-checks.js';
import { problemsOf, problemText, type ConfigProblem, type LocateLine } from './problems.js';
import { applyEnvironment, merge, type Environment } from './read-environment.js';
import { readYaml } from './read-yaml.js';
import { configSchema, type Config, type ConfigInput, type ParsedConfig } from './schema.js';
import { referencedVariable, type SecretReference } from './secret-reference.js';
import { Secret } from './secret.js';
import { isRecord, isSecret, shapeOf, unwrap } from './walk-schema.js';
import { weakKeys } from './weak-keys.js';

export interface LoadConfigOptions {
  /** YAML file; null runs the demo with all defaults. */
  readonly file: string | null;
  /** Variables such as `BELLWETHER_HTTP__PORT`, and those that secrets name. Left out: those of the process. */
  readonly env?: Environment;
  /** From flags; they win over environment and file. */
  readonly overrides?: ConfigInput;
}

/** Everything that is wrong with a configuration, at once; its message is ready to be shown. */
export class InvalidConfigError extends ConfigError {
  readonly problems: readonly ConfigProblem[];

  constructor(name: string, problems: readonly ConfigProblem[]) {
    super('config_invalid', problemText(name, problems));
    this.problems = problems;
  }
}

/**
 * The configuration from file, environment and flags, in rising order of precedence.
 *
 * Throws one InvalidConfigError with all problems. Secrets are read here and stay inside `Secret`.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  const environment = options.env ?? process.env;
  const name = options.file === null ? 'The configuration' : `The configuration ${options.file}`;
  const file =
    options.file === null
      ? { value: { sources: [{ type: 'demo' }] }, lineOf: () => null, problems: [] }
      : await readYaml(options.file);
  const written = withoutEmptySections(file.value);
  if (file.problems.length > 0) throw new InvalidConfigError(name, file.problems);
  if (!isRecord(written)) throw new InvalidConfigError(name, [notOptions()]);

  const fromEnvironment = applyEnvironment(written, environment, variablesIn(written));
  const raw = merge(fromEnvironment.value, options.overrides ?? {}) as Record<string, unknown>;
  const { config, problems } = checkConfig(raw, file.lineOf);
  const folder = options.file === null ? '.' : dirname(options.file);
  const secretProblems: ConfigProblem[] = [];
  const revealed = await revealSecrets(configSchema, config, '', async (path, reference) => {
    const found = await readSecret(path, reference, environment, folder);
    if ('secret' in found) return found.secret;
    secretProblems.push(found);
    return null;
  });
  const weak = weakKeys(revealed as Partial<Config>, file.lineOf);
  const all = [...fromEnvironment.problems, ...problems, ...secretProblems, ...weak];
  if (all.length > 0) throw new InvalidConfigError(name, all);
  return revealed as Config;
}

/** The value with every reference to a secret, wherever the schema has one, replaced by what `read` answers. */
async function revealSecrets(
  schema: z.core.$ZodType,
  value: unknown,
  path: string,
  read: (path: string, reference: SecretReference) => Promise<Secret | null>,
): Promise<unknown> {
  if (value === null || value === undefined) return value;
  if (isSecret(schema)) return read(path, value as SecretReference);
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [index, item] of value.entries())
      items.push(await revealSecrets(inner.def.element, item, `${path}[${index}]`, read));
    return items;
  }
  const shape = shapeOf(schema, value);
  if (shape === null || !isRecord(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const next = shape[key];
    const place = path === '' ? key : `${path}.${key}`;
    result[key] = next === undefined ? item : await revealSecrets(next, item, place, read);
  }
  return result;
}

/** The configuration as it may be printed: secrets and what looks like one in addresses are `[redacted]`. */
export function redactedConfig(config: Config): unknown {
  return JSON.parse(
    JSON.stringify(config, (key, value: unknown) =>
      key === 'url' && typeof value === 'string' ? redactedUrl(value) : value,
    ),
  );
}

/** Each section is checked alone, so that a problem in one does not hide those of another or of a combination. */
function checkConfig(
  raw: Record<string, unknown>,
  lineOf: LocateLine,
): { config: Partial<ParsedConfig>; problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const config: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(configSchema.shape)) {
    const result = schema.safeParse(raw[key]);
    if (result.success) config[key] = result.data;
    else
      for (const issue of result.error.issues)
        problems.push(...problemsOf({ ...issue, path: [key, ...issue.path] }, raw, lineOf));
  }
  const unknown = Object.keys(raw).filter((key) => !(key in configSchema.shape));
  if (unknown.length > 0)
    problems.unshift(
      ...problemsOf(
        { code: 'unrecognized_keys', keys: unknown, path: [], message: '', input: raw },
        raw,
        lineOf,
      ),
    );
  const checked = config as Partial<ParsedConfig>;
  return { config: checked, problems: [...problems, ...crossChecks(checked, lineOf)] };
}

async function readSecret(
  path: string,
  reference: SecretReference,
  environment: Environment,
  folder: string,
): Promise<{ secret: Secret } | ConfigProblem> {
  if (typeof reference === 'string') {
    const variable = referencedVariable(reference) ?? '';
    const value = environment[variable];
    if (value !== undefined && value !== '') return { secret: new Secret(value, variable) };
    const fix = 'Set it and start the process anew: it reads its variables only when it starts.';
    return { path, line: null, problem: `names the variable ${variable}, which is not set`, fix };
  }
  try {
    const value = (await readFile(resolve(folder, reference.file), 'utf8')).trim();
    if (value !== '') return { secret: new Secret(value) };
    return {
      path,
      line: null,
      problem: `names the file ${reference.file}, which is empty`,
      fix: 'Write the secret into it.',
    };
  } catch {
    return {
      path,
      line: null,
      problem: `names the file ${reference.file}, which cannot be read`,
      fix: 'Correct the path (it starts at the folder of the configuration) or its permissions.',
    };
  }
}

/** Variables that secrets in the file name; they may start with our prefix without being options. */
function variablesIn(value: unknown): ReadonlySet<string> {
  if (isRecord(value)) return new Set(Object.values(value).flatMap((child) => [...variablesIn(child)]));
  const variable = referencedVariable(value);
  return new Set(variable === null ? [] : [variable]);
}

function withoutEmptySections(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(
      ([key, child]) => child !== null || key === 'dataDir' || key === 'languages',
    ),
  );
}

function notOptions(): ConfigProblem {
  return {
    path: '',
    line: 1,
    problem: 'does not hold options',
    fix: 'Write options as in config/default.yaml.',
  };
}

function redactedUrl(text: string): string {
  if (!/^[a-z]+:\/\//i.test(text) || !URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.username !== '') url.username = '[redacted]';
  if (url.password !== '') url.password = '[redacted]';
  for (const key of [...url.searchParams.keys()])
    if (/key|token|secret|pass|auth|sig/i.test(key)) url.searchParams.set(key, '[redacted]');
  return decodeURI(url.href);
}
