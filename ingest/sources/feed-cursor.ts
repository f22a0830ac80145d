import { digest } from '../parse/identity.js';

const MAX_RECENT = 2_000;

/** What a poller remembers of a feed; it moves in the same step as the documents. */
export interface FeedCursor {
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Newest last: item key → content hash, or `!` and the reason of its rejection. */
  readonly recent: ReadonlyMap<string, string>;
}

export const EMPTY_CURSOR: FeedCursor = { etag: null, lastModified: null, recent: new Map() };

/** Another address is another feed: its cursor starts anew. */
export function feedCursorName(feedId: string, url: string): string {
  return `rss:${feedId}:${digest([url]).slice(0, 8)}`;
}

export function encodeFeedCursor(cursor: FeedCursor): string {
  return JSON.stringify({
    etag: cursor.etag,
    lastModified: cursor.lastModified,
    recent: [...cursor.recent].slice(-MAX_RECENT),
  });
}

/** Returns an empty cursor for what is missing or damaged: the feed is then read from the start, and repeats count as duplicates. */
export function decodeFeedCursor(value: string | null): FeedCursor {
  if (value === null) return EMPTY_CURSOR;
  try {
    const { etag, lastModified, recent } = JSON.parse(value) as Record<string, unknown>;
    return {
      etag: typeof etag === 'string' ? etag : null,
      lastModified: typeof lastModified === 'string' ? lastModified : null,
      recent: new Map(Array.isArray(recent) ? recent.filter(isPair) : []),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return EMPTY_CURSOR;
    throw error;
  }
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';
}
