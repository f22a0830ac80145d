import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseFeedTime } from '../../../../ingest/parse/parse-feed-time.js';

const read = (text: string, zone: string | null = null) => {
  const time = parseFeedTime(text, zone);
  return time === null ? null : new Date(time.ms).toISOString();
};

/** With their hours in December. */
const OTHER_NAMES: readonly (readonly [string, number])[] = [
  ['Asia/Kolkata', 5.5],
  ['Asia/Calcutta', 5.5],
  ['Asia/Ho_Chi_Minh', 7],
  ['Europe/Kyiv', 2],
  ['Europe/Kiev', 2],
  ['US/Eastern', -5],
  ['Australia/NSW', 11],
  ['Canada/Newfoundland', -3.5],
  ['Etc/UTC', 0],
];

describe('parseFeedTime', () => {
  it.each([
    ['Tue, 31 Mar 2026 14:05:00 GMT', '2026-03-31T14:05:00.000Z'],
    ['31 Mar 26 14:05 EST', '2026-03-31T19:05:00.000Z'],
    ['31 Mar 99 14:05 UT', '1999-03-31T14:05:00.000Z'],
    ['Tuesday, 31 March 2026 14:05:00 +0800', '2026-03-31T06:05:00.000Z'],
    ['Tues., 31 Sept. 2026 14:05:00 Z', null],
    ['Tue, 31-Mar-2026 14:05:00 UTC', '2026-03-31T14:05:00.000Z'],
    ['Tue,31 Mar 2026 14:05:00 GMT+8', '2026-03-31T06:05:00.000Z'],
    ['Fri, 31 Mar 2026 14:05:00 GMT', '2026-03-31T14:05:00.000Z'],
    ['Tue, 31 Mar 2026 24:00:00 GMT', '2026-04-01T00:00:00.000Z'],
    ['Tue, 31 Mar 2026 24:01:00 GMT', null],
    ['31 Mar 2026 14:05:00 -0500 (EST)', '2026-03-31T19:05:00.000Z'],
    ['Tue, 31 Mar 2026 14:05:00 ET', '2026-03-31T18:05:00.000Z'],
    ['Sat, 07 Mar 2026 14:05:00 ET', '2026-03-07T19:05:00.000Z'],
    ['Sun, 01 Nov 2026 14:05:00 PT', '2026-11-01T22:05:00.000Z'],
    ['31 Mar 2026', '2026-03-31T00:00:00.000Z'],
    ['Tue, 31 Mar 2026 14:05:00.250 IST', '2026-03-31T08:35:00.000Z'],
  ])('reads RFC 822 and what is made of it: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['2026-03-31 14:05:00 +0800', '2026-03-31T06:05:00.000Z'],
    ['2026-03-31T14:05:00.123456-04:00', '2026-03-31T18:05:00.123Z'],
    ['2026-3-1T9:05:00Z', '2026-03-01T09:05:00.000Z'],
    ['20260331T140500Z', '2026-03-31T14:05:00.000Z'],
    ['20260331', '2026-03-31T00:00:00.000Z'],
    ['2026-090', '2026-03-31T00:00:00.000Z'],
    ['2026-366', null],
    ['2026-03-31T24:00:00Z', '2026-04-01T00:00:00.000Z'],
    ['2026/03/31 14:05:00 EDT', '2026-03-31T18:05:00.000Z'],
    ['Tue, 2026/03/31 14:05:00 EDT', '2026-03-31T18:05:00.000Z'],
  ])('reads ISO 8601 and what is made of it: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['Tue Mar 31 14:05:00 UTC 2026', '2026-03-31T14:05:00.000Z'],
    ['Mar 31, 2026 2:05 PM EST', '2026-03-31T19:05:00.000Z'],
    ['March 31, 2026', '2026-03-31T00:00:00.000Z'],
    ['Κυρ, 11 Ιούλ 2004 12:00:00 EST', '2004-07-11T17:00:00.000Z'],
    ['2004-július-13T9:15-05:00', '2004-07-13T14:15:00.000Z'],
    ['2004년 05월 28일 오후 01:31:15', '2004-05-28T04:31:15.000Z'],
    ['2004-05-25 오전 12:05:00', '2004-05-24T15:05:00.000Z'],
    ['2026年3月31日', '2026-03-31T00:00:00.000Z'],
    ['2026年03月31日 14:05 +0800', '2026-03-31T06:05:00.000Z'],
    ['31 mai 2026 14:05:00 CEST', '2026-05-31T12:05:00.000Z'],
    ['Вт, 31 мар 2026 14:05:00 MSK', '2026-03-31T11:05:00.000Z'],
    ['31 juil. 2026', '2026-07-31T00:00:00.000Z'],
  ])('reads other forms and languages: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['2026-11-29 08:00:00 Asia/Shanghai', '2026-11-29T00:00:00.000Z'],
    ['2026-11-29T08:00:00 asia/shanghai', '2026-11-29T00:00:00.000Z'],
    ['2026-11-29T08:00:00+08:00[Asia/Shanghai]', '2026-11-29T00:00:00.000Z'],
    ['2026-11-29T08:00:00[Asia/Shanghai]', '2026-11-29T00:00:00.000Z'],
    ['2026-11-29 08:00 (Asia/Chongqing)', '2026-11-29T00:00:00.000Z'],
    ['2026年11月29日 08:00 Asia/Shanghai', '2026-11-29T00:00:00.000Z'],
    ['Sun, 29 Nov 2026 08:00:00 America/New_York', '2026-11-29T13:00:00.000Z'],
    ['2026-07-01 08:00:00 America/New_York', '2026-07-01T12:00:00.000Z'],
    ['2026-07-01 08:00:00 America/North_Dakota/New_Salem', '2026-07-01T13:00:00.000Z'],
    ['2026-11-01 01:30:00 America/New_York', '2026-11-01T05:30:00.000Z'],
    ['2026-11-29 24:00:00 Asia/Tokyo', '2026-11-29T15:00:00.000Z'],
    ['2026-11-29 08:00:00 Etc/GMT-8', '2026-11-29T00:00:00.000Z'],
  ])('reads zones by their IANA names: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('reads what the clocks of any zone show at any time back as that time', () => {
    const zones = Intl.supportedValuesOf('timeZone').filter((zone) => zone.includes('/'));
    const since = Date.UTC(1995, 0, 1);
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: since / 60_000, max: Date.UTC(2035, 0, 1) / 60_000 }),
        (zone, minutes) => {
          const shown = (ms: number) =>
            new Intl.DateTimeFormat('sv-SE', {
              timeZone: zone,
              dateStyle: 'short',
              timeStyle: 'medium',
            }).format(ms);
          const ms = minutes * 60_000;
          const time = parseFeedTime(`${shown(ms)} ${zone}`, null)?.ms ?? NaN;
          // Of the hour that comes twice it may be the other one.
          expect(shown(time)).toBe(shown(ms));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    '2026-11-29 08:00:00 Asia/Atlantis',
    '2026-11-29 08:00:00 Asia/Shanghai/../etc',
    '2026-11-29 08:00:00 __proto__/constructor',
    '2026-11-29 08:00:00 Asia/Shanghai Asia/Tokyo',
    `2026-11-29 08:00:00 Asia/${'a'.repeat(10_000)}`,
    `2026-11-29 08:00:00 ${'Asia/'.repeat(10_000)}`,
    '2026-11-29 08:00:00 PRC',
    '2026-11-29 08:00:00 [Asia/Shanghai',
  ])('takes no other name for a zone: %s', (text) => {
    expect(read(text)).toBeNull();
  });

  it('knows names that the system does not list', () => {
    for (const [name, hours] of OTHER_NAMES) {
      const noon = Date.UTC(2026, 11, 1, 12);
      expect([name, parseFeedTime(`2026-12-01 12:00:00 ${name}`, null)?.ms]).toEqual([
        name,
        noon - hours * 3_600_000,
      ]);
    }
    for (let n = -14; n <= 12; n += 1)
      expect(read(`2026-12-01 12:00:00 Etc/GMT${n < 0 ? '' : '+'}${n}`)).toBe(
        new Date(Date.UTC(2026, 11, 1, 12 + n)).toISOString(),
      );
  });

  it('does not ask the system about names that are on no list', () => {
    expect(read('2026-11-29 08:00:00 Asia/Shanghai')).toBe('2026-11-29T00:00:00.000Z');
    const asked = vi.spyOn(Intl, 'DateTimeFormat');
    for (let n = 0; n < 3_000; n += 1) expect(read(`2026-11-29 08:00:00 Asia/X${n}`)).toBeNull();
    expect(read('2026-11-29 08:00:00 Asia/Shanghai')).toBe('2026-11-29T00:00:00.000Z');
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it.each([
    '2026-03-31 14:05:00',
    'Tue, 31 Mar 2026 14:05:00',
    'Tue, 31 Mar 2026 14:05:00 XYZ',
    '2026年3月31日 14:05',
    'Tue Mar 31 14:05:00 2026',
    '31 Feb 2026 14:05:00 GMT',
    '31 Xyz 2026',
    '03/04/2026',
    '2026-03',
    '2026',
    'now',
    '',
    ' '.repeat(50_000),
    'Tue, '.repeat(10_000),
  ])('guesses none: %s', (text) => {
    expect(read(text)).toBeNull();
  });

  it('reads times without a zone in the zone that the operator named', () => {
    expect(read('2026-03-31 14:05:00', '+08:00')).toBe('2026-03-31T06:05:00.000Z');
    expect(read('2026年3月31日 14时05分', '+08:00')).toBe('2026-03-31T06:05:00.000Z');
    expect(read('Tue Mar 31 14:05:00 2026', '+00:00')).toBe('2026-03-31T14:05:00.000Z');
    expect(parseFeedTime('Tue, 31 Mar 2026 14:05', '+08:00')?.precision).toBe('minute');
    expect(parseFeedTime('31 Mar 2026', '+08:00')?.precision).toBe('day');
  });
});
