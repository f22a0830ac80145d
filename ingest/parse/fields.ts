import { InvalidDocumentError } from '../../pipeline/core/errors.js';
import { cleanLine, cleanText } from './clean-text.js';

export type Fields = Readonly<Record<string, unknown>>;

/** Returns the value as a record of fields; arrays, null and plain values are an error. */
export function requireObject(value: unknown, field?: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  const what = field === undefined ? 'A document' : `"${field}"`;
  throw invalid('wrong_type', field, `${what} must be a JSON object, but it is ${kindOf(value)}.`);
}

/** Reads an own field only, so that names like `toString` or `__proto__` never come from the prototype. */
export function ownField(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

export interface TextLimits {
  /** The name shown in an error when it differs from the key, such as `source.id`. */
  readonly label?: string;
  readonly maxLength: number;
  /** True keeps line feeds and spacing (bodies); false makes it one line. */
  readonly multiline?: boolean;
}

/** Returns the cleaned text, or null when it is absent, null or blank. Whole numbers are accepted as ids. */
export function optionalText(fields: Fields, name: string, limits: TextLimits): string | null {
  const value = ownField(fields, name);
  const label = limits.label ?? name;
  if (value === undefined || value === null) return null;
  const number = limits.multiline !== true && typeof value === 'number' && Number.isSafeInteger(value);
  if (typeof value !== 'string' && !number) {
    throw invalid('wrong_type', label, `"${label}" must be text, but it is ${kindOf(value)}.`);
  }
  const raw = String(value);
  const text = limits.multiline === true ? cleanText(raw) : cleanLine(raw);
  if (text.trim() === '') return null;
  if (text.length > limits.maxLength) {
    throw invalid(
      'too_long',
      label,
      `"${label}" has ${text.length} characters; at most ${limits.maxLength} are taken. Shorten it.`,
    );
  }
  return text;
}

/** Like optionalText, but its absence is an error that says what to send. */
export function requiredText(fields: Fields, name: string, limits: TextLimits & { example: string }): string {
  const value = optionalText(fields, name, limits);
  if (value !== null) return value;
  const label = limits.label ?? name;
  throw invalid('missing_field', label, `"${label}" is missing. Send it, for example ${limits.example}.`);
}

/** Returns one of the allowed words, the fallback when the field is absent; any other value is an error that lists them. */
export function oneOf<T extends string>(
  fields: Fields,
  name: string,
  options: { readonly allowed: readonly T[]; readonly fallback: T; readonly label?: string },
): T {
  const value = ownField(fields, name);
  if (value === undefined || value === null) return options.fallback;
  const found = options.allowed.find((word) => word === value);
  if (found !== undefined) return found;
  const label = options.label ?? name;
  throw invalid('not_allowed', label, `"${label}" must be one of ${options.allowed.join(', ')}.`);
}

export function invalid(code: string, field: string | undefined, message: string): InvalidDocumentError {
  return new InvalidDocumentError(code, message, field === undefined ? {} : { field });
}

/** Names the kind of a JSON value in words. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}
