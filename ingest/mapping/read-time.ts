import type { TimeForm } from '../../pipeline/core/mapping.js';
import { parseFeedTime } from '../parse/parse-feed-time.js';
import type { ParsedTime } from '../parse/parse-time.js';

const MS_PER_UNIT = { seconds: 1_000, milliseconds: 1, microseconds: 0.001 } as const;
const LAST_MS = 8.64e15;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
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

/** How far the clocks of a zone are ahead of Greenwich when they show a time, as if it were Greenwich's; both in milliseconds. */
type Zone = (wallMs: number) => number;

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

/** In the hour that comes twice in autumn the clocks count as not yet changed. */
function createZone(zone: string): Zone {
  const fixed = /^([+-])(\d{2}):(\d{2})$/.exec(zone);
  if (fixed !== null) {
    const size = (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
    return () => (fixed[1] === '-' ? -size : size);
  }
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (wallMs) => {
    const before = offsetAt(format, wallMs - DAY_MS);
    return offsetAt(format, wallMs - before) === before ? before : offsetAt(format, wallMs + DAY_MS);
  };
}

function offsetAt(format: Intl.DateTimeFormat, ms: number): number {
  const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
  const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -size : size;
}
