import { InvariantError } from '../core/errors.js';
import type { SqlParams } from './sql-session.js';

const PLACEHOLDER = /\{(\w+):(\w+(?:\(\w+\))?)\}/g;
const ESCAPED = /[\\'\0\b\f\n\r\t]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * A statement of ours with every `{name:Type}` replaced by its value as a literal of that type, which is what the engine makes
 * of a bound parameter as well.
 *
 * For the embedded engine alone: its binding lets one statement with parameters run at a time in the whole process, so that
 * somebody's slow query would hold up what is written. Within quotes nothing but a backslash and a quote has a meaning.
 * Throws InvariantError `unbound_value` for a missing value or one that is no string, finite number, or array of them.
 */
export function bindValues(sql: string, params: SqlParams): string {
  return sql.replace(PLACEHOLDER, (_, name: string, type: string) => {
    const value = params[name];
    return type === 'String' && typeof value === 'string'
      ? quoted(value)
      : `_CAST(${literal(name, value)}, '${type}')`;
  });
}

export function quoted(text: string): string {
  return `'${text.replace(ESCAPED, (character) => ESCAPES[character] ?? character)}'`;
}

function literal(name: string, value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map((each) => literal(name, each)).join(',')}]`;
  throw new InvariantError('unbound_value', `The statement's {${name}} has no value that can be stored.`);
}
