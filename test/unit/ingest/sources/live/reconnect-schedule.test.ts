import { expect, it } from 'vitest';
import {
  createReconnectSchedule,
  DEFAULT_RECONNECT,
} from '../../../../../ingest/sources/live/reconnect-schedule.js';

const schedule = (random = 1) => createReconnectSchedule({ ...DEFAULT_RECONNECT, random: () => random });

it('doubles the wait with each failure up to 5 minutes, and begins anew after a connection that stood for 20 s', () => {
  const times = schedule();
  const waits = Array.from({ length: 11 }, () => times.waitMs(0, 0));
  expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(waits.slice(-2)).toEqual([300_000, 300_000]);
  expect(times.waitMs(19_999, 0)).toBe(300_000);
  expect(times.waitMs(20_000, 0)).toBe(1_000);
});

it('spreads the attempts of many from half to the whole wait', () => {
  expect([0, 0.5].map((random) => schedule(random).waitMs(0, 0))).toEqual([500, 750]);
});

it('never allows more than 6 attempts in 60 s, however long the connections stand or whatever the chance says', () => {
  const times = schedule(0);
  const attempts: number[] = [];
  let now = 0;
  for (let n = 0; n < 500; n += 1) {
    attempts.push(now);
    times.attempted(now);
    // Every third connection stands just long enough to count as good.
    const lastedMs = n % 6 === 0 ? 20_000 : 0;
    now += lastedMs;
    now += times.waitMs(lastedMs, now);
  }
  for (const [index, at] of attempts.entries()) {
    const sixth = attempts[index + 6];
    if (sixth !== undefined) expect(sixth - at).toBeGreaterThanOrEqual(60_000);
  }
});
