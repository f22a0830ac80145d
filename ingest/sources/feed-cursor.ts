import { NO_SCHEDULE, type FeedSchedule } from '../parse/feed.js';
import { digest } from '../parse/identity.js';

const MAX_RECENT = 2_000;
const MAX_PLACES = 500;

/**
 * What is known of the ids of a feed: `changed` is one reading in which they all were others, `changing` two such in a row,
 * `shared` one id for many items. The last two stay.
 */
export const ID_HABITS = ['stable', 'changed', 'changing', 'shared'] as const;
export type IdHabit = (typeof ID_HABITS)[number];

/** What is remembered of the items of a feed. */
export interface FeedMemory {
  /** Newest last: item key → content hash, or `!` and the reason of its rejection. */
  readonly recent: ReadonlyMap<string, string>;
  /** The items of the last reading by link and title → digest of text and time. */
  readonly places: ReadonlyMap<string, string>;
  readonly ids: IdHabit;
}

/** What a poller remembers of a feed; it moves in the same step as the documents. */
export interface FeedCursor extends FeedMemory {
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Where the feed said that it is from now on. */
  readonly movedTo: string | null;
  /** Of the last whole reading. */
  readonly schedule: FeedSchedule;
}

export const EMPTY_CURSOR: FeedCursor = {
  etag: null,
  lastModified: null,
  movedTo: null,
  schedule: NO_SCHEDULE,
  recent: new Map(),
  places: new Map(),
  ids: 'stable',
};

/** Another address is another feed: its cursor starts anew. */
export function feedCursorName(feedId: string, url: string): string {
  return `rss:${feedId}:${digest([url]).slice(0, 8)}`;
}

export function encodeFeedCursor(cursor: FeedCursor): string {
  const { ttlMinutes, skipHours, skipDays } = cursor.schedule;
  return JSON.stringify({
    etag: cursor.etag,
    lastModified: cursor.lastModified,
    movedTo: cursor.movedTo,
    schedule: { ttlMinutes, skipHours, skipDays },
    ids: cursor.ids,
    recent: [...cursor.recent].slice(-MAX_RECENT),
    places: [...cursor.places].slice(0, MAX_PLACES),
  });
}

/**
 * Reads cursors of every version; what a version did not keep is as in an empty one. Returns an empty cursor for what is missing or damaged:
 * the feed is then read from the start, and repeats count as duplicates.
 */
export function decodeFeedCursor(value: string | null): FeedCursor {
  const fields = value === null ? null : parseObject(value);
  if (fields === null) return EMPTY_CURSOR;
  return {
    etag: textOrNull(fields['etag']),
    lastModified: textOrNull(fields['lastModified']),
    movedTo: textOrNull(fields['movedTo']),
    schedule: scheduleOf(fields['schedule']),
    recent: pairsOf(fields['recent']),
    places: pairsOf(fields['places']),
    ids: ID_HABITS.find((habit) => habit === fields['ids']) ?? 'stable',
  };
}

function parseObject(value: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function scheduleOf(value: unknown): FeedSchedule {
  if (typeof value !== 'object' || value === null) return NO_SCHEDULE;
  const { ttlMinutes, skipHours, skipDays } = value as Record<string, unknown>;
  return {
    ...NO_SCHEDULE,
    ttlMinutes: typeof ttlMinutes === 'number' ? ttlMinutes : null,
    skipHours: Array.isArray(skipHours) ? skipHours.filter((hour) => typeof hour === 'number') : [],
    skipDays: Array.isArray(skipDays) ? skipDays.filter((day) => typeof day === 'string') : [],
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function pairsOf(value: unknown): ReadonlyMap<string, string> {
  return new Map(Array.isArray(value) ? value.filter(isPair) : []);
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';
}
