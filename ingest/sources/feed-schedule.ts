import type { FeedSchedule } from '../parse/feed.js';

const HOUR_MS = 3_600_000;
const MAX_TTL_MS = 86_400_000;
const WEEK_HOURS = 7 * 24;
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/**
 * How long to wait before a feed is asked again: `intervalMs`, or longer where its `ttl` (at most a day), `skipHours` and `skipDays`
 * (GMT) ask for it. A feed that skips every hour of the week means nothing by it.
 */
export function feedPauseMs(schedule: FeedSchedule, now: number, intervalMs: number): number {
  const ttlMs = Math.min(MAX_TTL_MS, (schedule.ttlMinutes ?? 0) * 60_000);
  const next = now + Math.max(intervalMs, ttlMs);
  for (let hours = 0; hours <= WEEK_HOURS; hours += 1) {
    const at = hours === 0 ? next : (Math.floor(next / HOUR_MS) + hours) * HOUR_MS;
    if (!isSkipped(schedule, new Date(at))) return at - now;
  }
  return next - now;
}

function isSkipped({ skipHours, skipDays }: FeedSchedule, at: Date): boolean {
  return skipHours.includes(at.getUTCHours()) || skipDays.includes(DAYS[at.getUTCDay()] ?? '');
}
