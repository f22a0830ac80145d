import { z } from 'zod';
import { parse } from 'yaml';

import { pathWords, suggestionFor, type ConfigProblem } from './problems.js';
import { configSchema } from './schema.js';
import { isRecord, isSecret, shapeOf, unwrap } from './walk-schema.js';

const PREFIX = 'BELLWETHER_';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Options from variables such as `BELLWETHER_HTTP__PORT=9000`, laid over `base`. Case and single underscores do not matter. */
export function applyEnvironment(
  base: Record<string, unknown>,
  environment: Environment,
  referenced: ReadonlySet<string>,
): { readonly value: Record<string, unknown>; readonly problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  let value = base;
  for (const [name, text] of Object.entries(environment).sort()) {
    if (!name.startsWith(PREFIX) || text === undefined || referenced.has(name)) continue;
    const found = findOption(name);
    if ('problem' in found) problems.push(found);
    else value = assign(value, found.path, optionValue(name, text, found.schema));
  }
  return { value, problems };
}

/** A section that is empty in YAML is null there; it then means its defaults. */
export function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(over)) return over;
  const merged: Record<string, unknown> = isRecord(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(over))
    if (value !== undefined) merged[key] = isRecord(value) ? merge(merged[key], value) : value;
  return merged;
}

function findOption(name: string): { path: readonly string[]; schema: z.core.$ZodType } | ConfigProblem {
  let schema: z.core.$ZodType = configSchema;
  const path: string[] = [];
  for (const segment of name.slice(PREFIX.length).split('__')) {
    const shape = unwrap(schema) instanceof z.ZodObject ? (shapeOf(schema, undefined) ?? {}) : {};
    const wanted = segment.replaceAll('_', '').toLowerCase();
    const key = Object.keys(shape).find((candidate) => candidate.toLowerCase() === wanted);
    const next = key === undefined ? undefined : shape[key];
    if (key === undefined || next === undefined) {
      // Compared up to the part that is wrong, as what follows it cannot be judged.
      const written = PREFIX + [...path.map(variableWord), segment].join('__');
      const names = Object.keys(shape).map(
        (option) => PREFIX + [...path, option].map(variableWord).join('__'),
      );
      return { path: name, line: null, problem: 'names no option', fix: suggestionFor(written, names) };
    }
    path.push(key);
    schema = next;
  }
  if (unwrap(schema) instanceof z.ZodObject)
    return {
      path: name,
      line: null,
      problem: `names the section ${pathWords(path)}, not an option`,
      fix: `Name one of its options, such as ${name}__${variableWord(Object.keys(shapeOf(schema, undefined) ?? {})[0] ?? '')}.`,
    };
  return { path, schema };
}

/** Text options are taken as they are; all others are read as YAML, so lists and null can be given. */
function optionValue(name: string, text: string, schema: z.core.$ZodType): unknown {
  if (isSecret(schema)) return text === '' ? null : `\${env:${name}}`;
  const inner = unwrap(schema);
  if (text !== 'null' && (inner instanceof z.ZodString || inner instanceof z.ZodStringFormat)) return text;
  try {
    return parse(text) as unknown;
  } catch {
    return text;
  }
}

function assign(
  base: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const [key, ...rest] = path;
  if (key === undefined) return base;
  const child = base[key];
  return { ...base, [key]: rest.length === 0 ? value : assign(isRecord(child) ? child : {}, rest, value) };
}

function variableWord(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
