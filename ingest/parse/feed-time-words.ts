import { zoneOfName } from './time-zone.js';

/** Months by the letters that feeds write them with, in lower case; longer names are told by their beginning. */
const MONTHS: readonly (readonly string[])[] = [
  ['jan', 'ιαν', 'ene', 'gen', 'янв', 'led', 'janv'],
  ['feb', 'φεβ', 'fév', 'fev', 'фев', 'úno'],
  ['mar', 'μάρ', 'μαρ', 'μαρτ', 'már', 'mär', 'maa', 'мар', 'bře', 'mrz'],
  ['apr', 'απρ', 'ápr', 'avr', 'abr', 'апр', 'dub'],
  ['may', 'μάι', 'μαι', 'μαϊ', 'μαη', 'máj', 'mai', 'mag', 'mei', 'май', 'мая', 'kvě', 'maj'],
  ['jun', 'ιούν', 'ιον', 'ιουν', 'jún', 'juin', 'giu', 'июн'],
  ['jul', 'ιούλ', 'ιολ', 'ιουλ', 'júl', 'juil', 'lug', 'июл'],
  ['aug', 'αύγ', 'αυγ', 'août', 'aou', 'ago', 'авг', 'srp'],
  ['sep', 'σεπ', 'szept', 'set', 'сен', 'zář'],
  ['oct', 'οκτ', 'okt', 'ott', 'out', 'окт', 'říj'],
  ['nov', 'νοέ', 'νοε', 'ноя', 'lis'],
  ['dec', 'δεκ', 'dez', 'dic', 'dici', 'déc', 'дек', 'pro'],
];

/** The month that a word names, 1 … 12, or 0 for none. Of all beginnings that fit the longest decides. */
export function monthOfWord(word: string): number {
  const lower = word.toLowerCase();
  let month = 0;
  let length = 0;
  for (const [index, names] of MONTHS.entries()) {
    for (const name of names) {
      if (name.length <= length || !lower.startsWith(name)) continue;
      month = index + 1;
      length = name.length;
    }
  }
  return month;
}

/** Names of zones that feeds use, in hours; the American ones as RFC 822 defines them. */
const ZONES: Readonly<Record<string, number>> = {
  GMT: 0,
  UT: 0,
  UTC: 0,
  Z: 0,
  WET: 0,
  BST: 1,
  WEST: 1,
  CET: 1,
  MET: 1,
  MEZ: 1,
  CEST: 2,
  MEST: 2,
  MESZ: 2,
  EET: 2,
  SAST: 2,
  EEST: 3,
  MSK: 3,
  IST: 5.5,
  WIB: 7,
  ICT: 7,
  HKT: 8,
  SGT: 8,
  AWST: 8,
  JST: 9,
  KST: 9,
  ACST: 9.5,
  AEST: 10,
  AEDT: 11,
  NZST: 12,
  NZDT: 13,
  NST: -3.5,
  NDT: -2.5,
  BRT: -3,
  AST: -4,
  ADT: -3,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  AKST: -9,
  AKDT: -8,
  HST: -10,
};

/** Hours of American zones named without saying whether it is summer. */
const AMERICAN: Readonly<Record<string, number>> = { ET: -5, CT: -6, MT: -7, PT: -8 };

/**
 * Minutes east of Greenwich of a zone (`+0800`, `GMT+8`, `EST`, `ET`, `Asia/Shanghai`), or null when nobody could say.
 * `wallMs`, the time that its clocks show as if it were Greenwich's, is needed where they are put forward: `ET` and its like are an hour ahead from
 * the second Sunday of March to the first of November.
 */
export function zoneMinutesOf(zone: string, wallMs: number): number | null {
  const written = zone.replace(/^\((.{1,40})\)$/, '$1').replace(/^\[(.{1,40})\]$/, '$1');
  const name = written.toUpperCase();
  const hours = ZONES[name];
  if (hours !== undefined) return hours * 60;
  const american = AMERICAN[name];
  if (american !== undefined) return (american + (isAmericanSummer(wallMs) ? 1 : 0)) * 60;
  // What stands behind an offset in brackets is its name once more.
  const offset = /^(?:GMT|UTC|UT|Z)? ?([+-]) ?(\d{1,2}):?(\d{2})?(?: ?[([].*)?$/i.exec(zone);
  if (offset === null) {
    const ahead = zoneOfName(written)?.(wallMs);
    return ahead === undefined ? null : ahead / 60_000;
  }
  const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
  return offset[1] === '-' ? -minutes : minutes;
}

/** From midnight on: the hour at which the clocks change is not told. */
function isAmericanSummer(wallMs: number): boolean {
  const year = new Date(wallMs).getUTCFullYear();
  return wallMs >= sundayOf(year, 2, 8) && wallMs < sundayOf(year, 10, 1);
}

/** The first Sunday of that month (0 … 11) from that day on. */
function sundayOf(year: number, month: number, from: number): number {
  const weekday = new Date(Date.UTC(year, month, from)).getUTCDay();
  return Date.UTC(year, month, from + ((7 - weekday) % 7));
}
