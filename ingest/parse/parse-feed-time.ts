import { parseIsoTime, timeFromParts, type ParsedTime } from './parse-time.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Names of zones that feeds use, in hours; the American ones as RFC 822 defines them. */
const ZONES: Readonly<Record<string, number>> = {
  GMT: 0,
  UT: 0,
  UTC: 0,
  Z: 0,
  WET: 0,
  BST: 1,
  CET: 1,
  CEST: 2,
  EET: 2,
  EEST: 3,
  HKT: 8,
  SGT: 8,
  JST: 9,
  KST: 9,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};

const RFC822 =
  /^(?:[A-Za-z]{2,9}\.?(?:,\s*|\s+))?(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]{0,6}\.?[\s-]+(\d{4}|\d{2})(?:[,\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d{1,9})?\s*(.{0,12}))?$/;

/**
 * Reads the times that feeds carry: RFC 822 (day name, seconds and century may be missing) and ISO 8601 (a blank for the T).
 * A time without a zone is read in `zone` (such as `+08:00`) when the operator named one; else, like everything unreadable, it is null.
 */
export function parseFeedTime(value: string, zone: string | null): ParsedTime | null {
  const text = value.trim().replace(/\s+/g, ' ').slice(0, 100);
  const iso = text.replace(/ (?=[Zz+-])/, '');
  return parseIsoTime(iso) ?? (zone === null ? null : parseIsoTime(iso + zone)) ?? parseRfc822(text, zone);
}

function parseRfc822(text: string, zone: string | null): ParsedTime | null {
  const match = RFC822.exec(text);
  if (match === null) return null;
  const [, day, monthName, yearDigits, hour, minute, second, zoneText] = match;
  const month = MONTHS.indexOf((monthName ?? '').toLowerCase()) + 1;
  const zoneMinutes = hour === undefined ? 0 : zoneMinutesOf(zoneText?.trim() || (zone ?? ''));
  if (month === 0 || zoneMinutes === null) return null;
  const ms = timeFromParts({
    year: fullYear(Number(yearDigits)),
    month,
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    millisecond: 0,
    zoneMinutes,
  });
  if (ms === null) return null;
  if (hour === undefined) return { ms, precision: 'day' };
  return { ms, precision: second === undefined ? 'minute' : 'ms' };
}

function fullYear(year: number): number {
  if (year >= 100) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}

function zoneMinutesOf(zone: string): number | null {
  const named = ZONES[zone.toUpperCase()];
  if (named !== undefined) return named * 60;
  const offset = /^(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?(?: ?\(.*)?$/i.exec(zone);
  if (offset === null) return null;
  const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
  return offset[1] === '-' ? -minutes : minutes;
}
