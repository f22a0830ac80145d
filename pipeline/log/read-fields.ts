import { InvalidDocumentError } from '../core/errors.js';

/** A parsed JSON object whose fields nobody has checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

// Plain functions, no schema library: every document passes here several times.

const ISO_UTC_MS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function invalid(field: string, expected: string): InvalidDocumentError {
  return new InvalidDocumentError(
    'invalid_message',
    `The stored message has no valid ${field}: ${expected} was expected.`,
  );
}

export function asFields(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(field, 'an object');
  return value as Fields;
}

export function readText(fields: Fields, field: string): string {
  const value = fields[field];
  if (typeof value !== 'string') throw invalid(field, 'text');
  return value;
}

export function readTextOrNull(fields: Fields, field: string): string | null {
  return fields[field] === null ? null : readText(fields, field);
}

/** A time in UTC with milliseconds, as all times in the log are. */
export function readTime(fields: Fields, field: string): string {
  const value = readText(fields, field);
  if (!ISO_UTC_MS.test(value) || Number.isNaN(Date.parse(value))) {
    throw invalid(field, 'an ISO 8601 UTC time with milliseconds');
  }
  return value;
}

/** Exactly `length` lower-case hex digits. */
export function readHex(fields: Fields, field: string, length: number): string {
  const value = readText(fields, field);
  if (value.length !== length || !/^[0-9a-f]*$/.test(value)) throw invalid(field, `${length} hex digits`);
  return value;
}

export function readNumber(fields: Fields, field: string, least: number, most: number): number {
  const value = fields[field];
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw invalid(field, `a number from ${least} to ${most}`);
}

/** Zero or a positive whole number, such as an offset. */
export function readCount(fields: Fields, field: string): number {
  const value = readNumber(fields, field, 0, Number.MAX_SAFE_INTEGER);
  if (!Number.isInteger(value)) throw invalid(field, 'a whole number');
  return value;
}

export function readOneOf<T extends string>(fields: Fields, field: string, allowed: readonly T[]): T {
  const value = fields[field];
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(field, `one of ${allowed.join(', ')}`);
  return found;
}

export function readList<T>(
  fields: Fields,
  field: string,
  parse: (item: unknown, field: string) => T,
): readonly T[] {
  const value = fields[field];
  if (!Array.isArray(value)) throw invalid(field, 'a list');
  return value.map((item: unknown) => parse(item, field));
}

export function parseText(value: unknown, field: string): string {
  if (typeof value !== 'string') throw invalid(field, 'a list of texts');
  return value;
}
