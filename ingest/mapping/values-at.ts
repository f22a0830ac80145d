import { EVERY, type FieldPath, type PathStep } from '../../pipeline/core/mapping.js';

/** More than any text, list of tickers or chain of reposts has. */
const MAX_VALUES = 1_000;

export interface Scope {
  readonly message: unknown;
  readonly item: unknown;
}

/**
 * What stands at a place: a value, the list of those that `[*]` meets (at most `limit`), or undefined. Own properties only, so that
 * no message reaches what it does not hold.
 */
export function valueAt(
  { fromMessage, steps }: FieldPath,
  { message, item }: Scope,
  limit: number = MAX_VALUES,
): unknown {
  const start = fromMessage ? message : item;
  if (!steps.includes(EVERY)) return steps.reduce(stepInto, start);
  let values: unknown[] = [start];
  for (const step of steps) {
    values = step === EVERY ? flatten(values, limit) : values.map((value) => stepInto(value, step));
    values = values.filter((value) => value !== undefined && value !== null);
  }
  return values.length === 0 ? undefined : values;
}

function flatten(values: readonly unknown[], limit: number): unknown[] {
  const result: unknown[] = [];
  for (const value of values) {
    if (!Array.isArray(value)) continue;
    for (const entry of value as readonly unknown[]) {
      if (result.length === limit) return result;
      result.push(entry);
    }
  }
  return result;
}

function stepInto(value: unknown, step: PathStep): unknown {
  if (typeof value !== 'object' || value === null || typeof step === 'symbol') return undefined;
  if (Array.isArray(value)) {
    const index = typeof step === 'number' ? step : /^\d{1,6}$/.test(step) ? Number(step) : -1;
    return (value as readonly unknown[])[index];
  }
  if (!Object.hasOwn(value, step)) return undefined;
  return (value as Readonly<Record<string | number, unknown>>)[step];
}
