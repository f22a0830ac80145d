import type { TimePrecision } from '../../pipeline/core/document.js';

export interface ParsedTime {
  /** Milliseconds since the epoch, UTC. */
  readonly ms: number;
  /** `day` for a date alone, `minute` without seconds, else `ms`. */
  readonly precision: TimePrecision;
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:([Zz])|([+-])(\d{2}):?(\d{2})?))?$/;

/**
 * Reads an ISO 8601 time with a zone, or a date alone (its start in UTC).
 *
 * Returns null for everything else: no zone, 30 February, 25 o'clock, words, numbers. It never guesses and never answers with the present.
 */
export function parseIsoTime(value: string): ParsedTime | null {
  const match = ISO.exec(value.trim());
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, zulu, sign, zoneHour, zoneMinute] = match;
  if (hour !== undefined && zulu === undefined && sign === undefined) return null;
  const ms = timeFromParts({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    millisecond: Math.trunc(Number(`0.${fraction ?? '0'}`) * 1000 + 1e-6),
    zoneMinutes: (sign === '-' ? -1 : 1) * (Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0)),
  });
  if (ms === null) return null;
  if (hour === undefined) return { ms, precision: 'day' };
  return { ms, precision: second === undefined ? 'minute' : 'ms' };
}

export interface TimeParts {
  readonly year: number;
  /** 1 … 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** East of Greenwich is positive. */
  readonly zoneMinutes: number;
}

/** Returns milliseconds UTC, or null when a part is out of range (no day rolls over into the next month). */
export function timeFromParts(parts: TimeParts): number | null {
  const { year, month, day, hour, minute, second, millisecond, zoneMinutes } = parts;
  if (hour > 23 || minute > 59 || second > 60 || Math.abs(zoneMinutes) > 14 * 60) return null;
  // A leap second has no place of its own in epoch time; it counts as the second before.
  const local = Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59), millisecond);
  const date = new Date(local);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || date.getUTCFullYear() !== year)
    return null;
  return local - zoneMinutes * 60_000;
}
