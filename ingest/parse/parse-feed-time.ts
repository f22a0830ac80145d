import { monthOfWord, zoneMinutesOf } from './feed-time-words.js';
import { parseIsoTime, timeFromParts, type ParsedTime } from './parse-time.js';

const MAX_CHARS = 100;

/** Named groups of each form: year, month (a number) or word (its name), day or ordinal; time of day as CLOCK has it. */
const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,]\d{1,9})?)?`;
const ZONE = String.raw`(?<zone>[A-Za-z+([-].{0,40})`;
const WEEKDAY = String.raw`(?:[^\d\s,]{1,14}\.?(?:,\s*|\s+))?`;
const WORD = String.raw`(?<word>[^\d\s.,:/-]{3,14})\.?`;

const FORMS: readonly RegExp[] = [
  // RFC 822 and its variants: `Tue, 31 Mar 2026 14:05:00 +0200`, `31-Mar-26`, `Κυρ, 11 Ιούλ 2004 12:00:00 EST`.
  `${WEEKDAY}(?<day>\\d{1,2})(?:st|nd|rd|th)?\\.?[\\s-]+(?:de )?${WORD}[,\\s-]+(?:de )?(?<year>\\d{4}|\\d{2})(?:,?\\s+(?:at )?${CLOCK}\\s*${ZONE}?)?`,
  // asctime and American: `Tue Mar 31 14:05:00 UTC 2026`, `Tue, March 31, 2026 14:05 EST`.
  `${WEEKDAY}${WORD}\\s+(?<day>\\d{1,2})(?:,?\\s+${CLOCK})\\s*(?<zone>[A-Za-z+-][A-Za-z0-9:+-]{0,8}\\s+)?(?<year>\\d{4})`,
  `${WEEKDAY}${WORD}\\s+(?<day>\\d{1,2})(?:st|nd|rd|th)?,?\\s+(?<year>\\d{4})(?:,?\\s+(?:at )?${CLOCK}\\s*(?<half>[AaPp]\\.?[Mm]\\.?)?\\s*${ZONE}?)?`,
  // Perforce and loose ISO: `Fri, 2006/09/15 08:19:53 EDT`, `2026-3-1T9:05:00Z`, `2026.03.31 14:05 +0800`.
  `${WEEKDAY}(?<year>\\d{4})[-/.](?<month>\\d{1,2})[-/.](?<day>\\d{1,2})(?:[Tt\\s]+${CLOCK}\\s*${ZONE}?)?`,
  // ISO 8601 without its dashes, and by the day of the year: `20260331T140500Z`, `2026-090`.
  `(?<year>\\d{4})(?<month>\\d{2})(?<day>\\d{2})(?:[Tt\\s]?(?<hour>\\d{2}):?(?<minute>\\d{2})(?::?(?<second>\\d{2})(?:[.,]\\d{1,9})?)?\\s*${ZONE}?)?`,
  `(?<year>\\d{4})-?(?<ordinal>\\d{3})(?:[Tt]${CLOCK}\\s*${ZONE}?)?`,
  // Hungarian: `2004-július-13T9:15-05:00`.
  `(?<year>\\d{4})-${WORD}-(?<day>\\d{1,2})(?:[Tt]${CLOCK}\\s*${ZONE}?)?`,
  // Chinese, Japanese, Korean: `2026年3月31日 14:05`, `2004년 05월 28일 오후 01:31:15`, `2026年03月31日 14时05分`.
  `(?<year>\\d{4})[年년]\\s?(?<month>\\d{1,2})[月월]\\s?(?<day>\\d{1,2})[日일号]?(?:\\s*(?<half>오전|오후|上午|下午|午前|午後)?\\s*(?<hour>\\d{1,2})[:时時点시]\\s?(?<minute>\\d{2})[分분]?(?::?\\s?(?<second>\\d{2})[秒초]?)?\\s*${ZONE}?)?`,
  `(?<year>\\d{4})-(?<month>\\d{2})-(?<day>\\d{2})\\s+(?<half>오전|오후|上午|下午)\\s+${CLOCK}\\s*${ZONE}?`,
].map((form) => new RegExp(`^${form}$`, 'u'));

/** Offsets of the countries in whose words a time is written. */
const KOREAN_ZONE = '+09:00';

/**
 * Reads the times that feeds carry: RFC 822 and ISO 8601 with their variants, asctime, American, Greek, Hungarian, Chinese, Japanese and Korean forms.
 *
 * Zones are offsets, short names (`EST`, `JST`) and those of the IANA (`Asia/Shanghai`). The name of a weekday is not looked at, 24:00 is the next day, and years of two digits lie between 1970 and 2069. A time without a zone is read in
 * `zone` (such as `+08:00`) when the operator named one, in Korean words in Korea's; else, like everything unreadable or ambiguous, it is null.
 */
export function parseFeedTime(value: string, zone: string | null): ParsedTime | null {
  const text = value.trim().slice(0, MAX_CHARS).replace(/\s+/g, ' ');
  const iso = text.replace(/ (?=[Zz+-])/, '');
  const exact = rfc822Time(text) ?? parseIsoTime(iso) ?? (zone === null ? null : parseIsoTime(iso + zone));
  if (exact !== null) return exact;
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups;
    const time = groups === undefined ? null : timeOf(groups, /[년월일전후]/.test(text) ? KOREAN_ZONE : zone);
    if (time !== null) return time;
  }
  return null;
}

/** The form of nine feeds in ten, `Tue, 31 Mar 2026 14:05:00 +0200`, at a third of the time that the first of the forms takes. */
const RFC_822 =
  /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) (?:GMT|UTC|([+-])(\d{2})(\d{2}))$/;
const ENGLISH_MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

function rfc822Time(text: string): ParsedTime | null {
  const match = RFC_822.exec(text);
  if (match === null) return null;
  const [, day, word = '', year, hour, minute, second, sign, zoneHour, zoneMinute] = match;
  const month = ENGLISH_MONTHS.indexOf(word);
  if (month % 3 !== 0) return null;
  const ms = timeFromParts({
    year: Number(year),
    month: month / 3 + 1,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: 0,
    zoneMinutes: (sign === '-' ? -1 : 1) * (Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0)),
  });
  return ms === null ? null : { ms, precision: 'ms' };
}

type Groups = Readonly<Record<string, string | undefined>>;

function timeOf(groups: Groups, zone: string | null): ParsedTime | null {
  const date = dateOf(groups);
  if (date === null) return null;
  const { hour, minute, second } = groups;
  const hours = hourOf(groups);
  const midnight = hours === 24 && Number(minute) === 0 && Number(second ?? 0) === 0;
  const parts = {
    ...date,
    hour: midnight ? 0 : hours,
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    millisecond: 0,
  };
  const wallMs = timeFromParts({ ...parts, zoneMinutes: 0 });
  if (wallMs === null) return null;
  const zoneMinutes = hour === undefined ? 0 : zoneMinutesOf(groups['zone']?.trim() || (zone ?? ''), wallMs);
  const ms = zoneMinutes === null ? null : timeFromParts({ ...parts, zoneMinutes });
  if (ms === null) return null;
  if (hour === undefined) return { ms, precision: 'day' };
  return { ms: midnight ? ms + 86_400_000 : ms, precision: second === undefined ? 'minute' : 'ms' };
}

function dateOf(groups: Groups): { year: number; month: number; day: number } | null {
  const year = fullYear(groups['year'] ?? '');
  const { word, ordinal } = groups;
  if (ordinal !== undefined) {
    const date = new Date(Date.UTC(year, 0, Number(ordinal)));
    if (date.getUTCFullYear() !== year) return null;
    return { year, month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  }
  const month = word === undefined ? Number(groups['month']) : monthOfWord(word);
  return month === 0 ? null : { year, month, day: Number(groups['day']) };
}

function hourOf({ hour, half }: Groups): number {
  const written = Number(hour ?? 0);
  if (half === undefined) return written;
  const after = /^(p|오후|下午|午後)/i.test(half);
  return (written % 12) + (after ? 12 : 0);
}

function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length > 2) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}
