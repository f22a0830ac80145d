import type { TimeForm } from '../../pipeline/core/mapping.js';
import { parseFeedTime } from '../parse/parse-feed-time.js';
import type { ParsedTime } from '../parse/parse-time.js';
import { createNamedZone, type Zone } from '../parse/time-zone.js';

const MS_PER_UNIT = { seconds: 1_000, milliseconds: 1, microseconds: 0.001 } as const;
const LAST_MS = 8.64e15;
const HOUR_MS = 3_600_000;
const MAX_CHARS = 100;

/**
 * Makes what reads times of one form into ISO 8601 UTC, as exact as they were written; undefined for what is no such time.
 * `iso` is left to the parser of documents, as it came, but for seconds and milliseconds since 1970: by their ten and thirteen digits they name a moment, too.
 */
export function createTimeReader(form: TimeForm, zone: string | null): (value: unknown) => unknown {
  if (form === 'iso') return (value) => epochOf(value) ?? value;
  if (form === 'local') {
    const read = createLocalReader(zone === null ? null : createZone(zone));
    return (value) => epochOf(value) ?? read(value);
  }
  const msPerUnit = MS_PER_UNIT[form];
  return (value) => {
    const number =
      typeof value === 'string' && /^-?\d{1,17}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number') return undefined;
    const ms = Math.floor(number * msPerUnit + 1e-6);
    return Math.abs(ms) <= LAST_MS ? new Date(ms).toISOString() : undefined;
  };
}

/** Ten digits are seconds from 2001 to 2286, thirteen milliseconds of the same time. */
function epochOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const digits = String(value).trim();
  if (!/^[1-9](\d{9}|\d{12})$/.test(digits)) return undefined;
  return new Date(digits.length === 10 ? Number(digits) * 1_000 : Number(digits)).toISOString();
}

function createLocalReader(zone: Zone | null): (value: unknown) => string | undefined {
  // In China CST is its own time, elsewhere America's.
  const isChina = zone?.(0) === 8 * HOUR_MS;
  return (value) => {
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    const text = String(value).slice(0, MAX_CHARS);
    const own = parseFeedTime(isChina ? text.replace(/\bCST\b/, '+0800') : text, null);
    if (own !== null) return isoOf(own);
    const wall = zone === null ? null : parseFeedTime(text, '+00:00');
    if (wall === null || zone === null) return undefined;
    return isoOf({ ...wall, ms: wall.ms - zone(wall.ms) });
  };
}

/** With no more digits than the time has, so that its precision can be told. */
function isoOf({ ms, precision }: ParsedTime): string {
  const iso = new Date(ms).toISOString();
  if (precision === 'day') return iso.slice(0, 10);
  return precision === 'minute' ? `${iso.slice(0, 16)}Z` : iso;
}

function createZone(zone: string): Zone {
  const fixed = /^([+-])(\d{2}):(\d{2})$/.exec(zone);
  if (fixed === null) return createNamedZone(zone);
  const size = (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
  return () => (fixed[1] === '-' ? -size : size);
}
