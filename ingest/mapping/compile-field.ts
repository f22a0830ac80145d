import { ConfigError } from '../../pipeline/core/errors.js';
import {
  parseFieldPath,
  parseTemplate,
  type FieldPath,
  type FieldSpec,
  type MappedField,
  type ValueSpec,
} from '../../pipeline/core/mapping.js';
import { invalid } from '../parse/fields.js';
import { maskPersonalData } from '../parse/mask-personal-data.js';
import { createTimeReader } from './read-time.js';
import { tickerOfStockCode } from './stock-code.js';
import { valueAt, type Scope } from './values-at.js';

/** Longer than any text a document may have: what is over it is refused there, with its length. */
const MAX_PART_CHARS = 200_001;
const MAX_EXTRA_CHARS = 500;

/** The value of a field for an item; undefined when it has none. Throws InvalidDocumentError for a time that is none. */
export type ReadField = (scope: Scope) => unknown;

/** Makes what reads one field. Throws ConfigError for a place that is none. */
export function compileField(field: MappedField | 'extra', spec: FieldSpec): ReadField {
  const value: ValueSpec = typeof spec === 'string' ? { path: spec } : spec;
  const read = compileOrigin(value);
  const translate = compileTranslation(value);
  const exchange = value.exchange === undefined ? null : requirePath(value.exchange);
  const readTime = compileTime(field, value);
  return (scope) => {
    const found = translate(readTime(read(scope)));
    if (found === undefined) return undefined;
    if (field === 'tickers')
      return tickersOf(found, value, exchange === null ? null : valueAt(exchange, scope));
    return shapeOf(field, value.split === undefined ? found : splitText(found, value.split));
  };
}

export function requirePath(text: string): FieldPath {
  const path = parseFieldPath(text);
  if (path !== null) return path;
  throw new ConfigError(
    'mapping_path',
    `"${text.slice(0, 200)}" is no place in a message. Write names separated by dots, such as payload.headline or list[0].name.`,
  );
}

function compileOrigin({ path, first, template, constant }: ValueSpec): ReadField {
  if (template !== undefined) return compileTemplate(template);
  if (constant !== undefined) return () => constant;
  const paths = (first ?? (path === undefined ? [] : [path])).map(requirePath);
  return (scope) => {
    for (const place of paths) {
      const value = valueAt(place, scope);
      if (value !== undefined && value !== null && value !== '') return value;
    }
    return undefined;
  };
}

function compileTemplate(template: string): ReadField {
  const parts = parseTemplate(template);
  if (parts === null) {
    throw new ConfigError(
      'mapping_template',
      `"${template.slice(0, 200)}" is no template. Put places in braces, such as {title} {summary}.`,
    );
  }
  return (scope) => {
    const values = parts.paths.map((path) => textOf(valueAt(path, scope)).slice(0, MAX_PART_CHARS));
    if (values.length > 0 && values.every((value) => value === '')) return undefined;
    return parts.texts
      .map((text, index) => text + (values[index] ?? ''))
      .join('')
      .trim();
  };
}

/** One level of a list only: what is nested deeper is no text. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordOf).filter(Boolean).join(' ');
  return wordOf(value);
}

/** A plain value as text; blank for lists, objects and nothing. */
export function wordOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function compileTime(field: string, { time = 'iso', zone }: ValueSpec): (value: unknown) => unknown {
  const read = createTimeReader(time, zone ?? null);
  return (value) => {
    if (value === undefined) return undefined;
    const found = read(value);
    if (found !== undefined) return found;
    const words =
      time === 'local' ? `a time that can be read in the zone ${zone ?? 'it should name'}` : `in ${time}`;
    throw invalid(
      'bad_time',
      field,
      `"${field}" is not ${words}: ${JSON.stringify(maskPersonalData(textOf(value).slice(0, 60)))}. Correct "time" and "zone" of the mapping.`,
    );
  };
}

function compileTranslation({ values, default: otherwise }: ValueSpec): (value: unknown) => unknown {
  const words = new Map(Object.entries(values ?? {}));
  return (value) => {
    if (value === undefined) return otherwise;
    if (values === undefined) return value;
    if (Array.isArray(value))
      return (value as readonly unknown[]).map((entry) => words.get(wordOf(entry)) ?? otherwise ?? entry);
    return words.get(textOf(value)) ?? otherwise ?? value;
  };
}

/** One ticker is often no list elsewhere, and the exchange stands in a field of its own. */
function tickersOf(value: unknown, { split, stockCode }: ValueSpec, exchange: unknown): unknown {
  const list = Array.isArray(value)
    ? (value as readonly unknown[])
    : splitText(value, split ?? /[\s,;，；、]+/);
  if (stockCode !== true || !Array.isArray(list)) return list;
  const exchanges = Array.isArray(exchange) ? (exchange as readonly unknown[]) : null;
  return list.map((code, index) => {
    const word = textOf(exchanges === null ? exchange : exchanges[index]);
    return typeof code === 'string' || typeof code === 'number'
      ? tickerOfStockCode(String(code), word === '' ? null : word)
      : (code as unknown);
  });
}

function splitText(value: unknown, separator: string | RegExp): unknown {
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'string') return value;
  return value
    .split(separator)
    .map((part) => part.trim())
    .filter(Boolean);
}

/** Lists that a path gathered become one text; an author is often a name alone. */
function shapeOf(field: MappedField | 'extra', value: unknown): unknown {
  if (field === 'extra') return typeof value === 'string' ? value.slice(0, MAX_EXTRA_CHARS) : value;
  if (field === 'author') return wordOf(value) === '' ? value : { id: value };
  const isBody = field === 'text' || field === 'html';
  return isBody && Array.isArray(value) && value.every((part) => typeof part === 'string')
    ? value.join('\n')
    : value;
}
