import { ownField, type Fields } from '../../parse/fields.js';

/** The value of JSON, or undefined for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // What is no JSON is no message; callers go on with the next.
    return undefined;
  }
}

/** The value as a record, or null; providers leave out or change what they like. */
export function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

export function recordIn(fields: Fields, key: string): Fields | null {
  return fieldsOf(ownField(fields, key));
}

export function listIn(fields: Fields, key: string): readonly unknown[] {
  const value = ownField(fields, key);
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** A text that is not blank and at most `maxChars` long, else null. */
export function textIn(fields: Fields, key: string, maxChars = 200_000): string | null {
  const value = ownField(fields, key);
  return typeof value === 'string' && value.trim() !== '' && value.length <= maxChars ? value : null;
}

/** An identifier that providers write as text or as a whole number. */
export function idIn(fields: Fields, key: string): string | null {
  const value = ownField(fields, key);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  return textIn(fields, key, 1_000);
}

/** The named counts that are whole numbers from 0, by the names they get here. */
export function countsIn(fields: Fields, names: Readonly<Record<string, string>>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [key, as] of Object.entries(names)) {
    const value = ownField(fields, key);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) counts[as] = value;
  }
  return counts;
}
