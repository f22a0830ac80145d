import { describe, expect, it } from 'vitest';
import { createTimeReader } from '../../../../ingest/mapping/read-time.js';

describe('the times of a mapping', () => {
  it.each<['iso' | 'local', unknown, unknown]>([
    ['iso', 1_774_965_900, '2026-03-31T14:05:00.000Z'],
    ['iso', '1774965900000', '2026-03-31T14:05:00.000Z'],
    ['local', 1_774_965_900_000, '2026-03-31T14:05:00.000Z'],
    ['iso', '20260331', '20260331'],
    ['iso', '2026-03-31T14:05:00Z', '2026-03-31T14:05:00Z'],
    ['local', '2026-03-31 22:05', '2026-03-31T14:05Z'],
    ['local', '2026-11-29 08:00:00 Asia/Tokyo', '2026-11-28T23:00:00.000Z'],
  ])('read as %s: %s is %s', (form, value, time) => {
    expect(createTimeReader(form, '+08:00')(value)).toBe(time);
  });
});
