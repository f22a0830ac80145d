import { parseFeedTime } from '../parse/parse-feed-time.js';

const MAX_RETRY_AFTER_MS = 86_400_000;

/** How long an answer asks to be left alone, from seconds or a date; 0 when it does not ask. At most a day. */
export function retryAfterMs(value: string | undefined, now: number): number {
  if (value === undefined) return 0;
  const written = value.trim();
  const until = /^\d{1,15}$/.test(written)
    ? Number(written) * 1_000
    : (parseFeedTime(written.slice(0, 100), null)?.ms ?? now) - now;
  return Math.min(MAX_RETRY_AFTER_MS, Math.max(0, until));
}
