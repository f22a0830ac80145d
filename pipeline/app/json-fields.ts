/** An object of unknown fields, from a line of JSON; null when the line is none. */
export function parseJson(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The field when it is a string that is not empty, else null. */
export function textOf(row: Readonly<Record<string, unknown>>, field: string): string | null {
  const value = row[field];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The strings in the field's list; none when it is no list. */
export function textsOf(row: Readonly<Record<string, unknown>>, field: string): readonly string[] {
  const value: unknown = row[field];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
