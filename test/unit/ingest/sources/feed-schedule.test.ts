import { describe, expect, it } from 'vitest';
import { NO_SCHEDULE } from '../../../../ingest/parse/feed.js';
import { feedPauseMs } from '../../../../ingest/sources/feed-schedule.js';

const minutes = (count: number) => count * 60_000;
/** A Tuesday. */
const now = Date.parse('2026-03-31T21:50:00Z');

describe('feedPauseMs', () => {
  it.each([
    ['takes the interval where the feed asks for nothing', {}, minutes(5)],
    ['takes a longer ttl, and no shorter one', { ttlMinutes: 60 }, minutes(60)],
    ['does not wait less for a short ttl', { ttlMinutes: 1 }, minutes(5)],
    ['takes no ttl for more than a day', { ttlMinutes: 9_999_999 }, minutes(24 * 60)],
    ['waits until a skipped hour is over', { ttlMinutes: 20, skipHours: [22, 23] }, minutes(130)],
    [
      'waits until a skipped day is over',
      { ttlMinutes: 180, skipDays: ['wednesday'] },
      minutes(24 * 60 + 130),
    ],
    [
      'asks at the first hour of a day that is not skipped',
      { skipDays: ['tuesday'], skipHours: [0] },
      minutes(190),
    ],
    [
      'takes a feed that skips all hours for one that skips none',
      { skipHours: Array.from({ length: 24 }, (_, hour) => hour) },
      minutes(5),
    ],
  ])('%s', (_, schedule, expected) => {
    expect(feedPauseMs({ ...NO_SCHEDULE, ...schedule }, now, minutes(5))).toBe(expected);
  });
});
