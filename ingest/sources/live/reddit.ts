import type { Source } from '../../source.js';
import { listingSilenceMs, pollListing, type Reading } from './listing.js';
import type { LiveItem } from './live-stream.js';
import { GONE, parseRedditListing, type RedditPost } from './parse-reddit.js';
import { createRedditClient, type RedditAccess, type RedditClient } from './reddit-client.js';
import { StreamRefusedError } from './live-stream.js';
import { createLiveSource, type LiveParts } from './run-live-stream.js';
import { decodeSeenPosts, type SeenPosts } from './seen-posts.js';

export interface RedditOptions extends LiveParts, Omit<RedditAccess, 'clock'> {
  /** Names without `r/`; read together as one listing. */
  readonly subreddits: readonly string[];
  readonly intervalMs: number;
}

const PAGE_POSTS = 100;
/** Reddit lists no more than 1,000 posts. */
const MAX_PAGES = 10;
const MAX_SEEN = 1_000;

/**
 * Reads the newest posts of subreddits again and again, page by page until it meets a post it knows.
 *
 * A post that was edited is a `replace`. One that was known and has vanished from among the newest is asked for by its id: deleted or removed ones are a `retract`.
 * More than 1,000 posts between two readings are a gap, which is told.
 */
export function createRedditSource(options: RedditOptions): Source {
  const cursorName = `reddit:${options.source.id}`;
  const reddit = createRedditClient(options);
  const listing = {
    name: 'Reddit',
    open: async () => {
      const seen = decodeSeenPosts(await options.readCursor(cursorName), MAX_SEEN);
      return (signal: AbortSignal) => readListing({ options, reddit, seen, cursorName, signal });
    },
  };
  return createLiveSource({
    ...options,
    stream: pollListing(listing, options.clock),
    silenceMs: listingSilenceMs(options.intervalMs),
  });
}

interface ListingParts {
  readonly options: RedditOptions;
  readonly reddit: RedditClient;
  readonly seen: SeenPosts;
  readonly cursorName: string;
  readonly signal: AbortSignal;
}

async function readListing(parts: ListingParts): Promise<Reading> {
  const { options, seen, cursorName } = parts;
  const before = seen.encode();
  const known = seen.size > 0;
  const { posts, met, spacingMs } = await readPages(parts, known ? MAX_PAGES : 1);
  const vanished = await readVanished(parts, posts);
  const items = [...posts]
    .reverse()
    .concat(vanished)
    .flatMap((post) => itemsOf(post, seen, options));
  const value = seen.encode();
  const gap = known && !met ? gapSentence(options) : null;
  return {
    items,
    cursors: value === before ? [] : [{ name: cursorName, value }],
    waitMs: Math.max(options.intervalMs, spacingMs),
    ...(gap === null ? {} : { gap }),
  };
}

interface Pages {
  /** Newest first. */
  readonly posts: readonly RedditPost[];
  /** Whether a known post was among them, or they are all there are, so that nothing lies between. */
  readonly met: boolean;
  readonly spacingMs: number;
}

async function readPages({ options, reddit, seen, signal }: ListingParts, maxPages: number): Promise<Pages> {
  const posts: RedditPost[] = [];
  let spacingMs = 0;
  let after: string | null = null;
  for (let page = 0; page < maxPages; page += 1) {
    const names = options.subreddits.join('+');
    const path = `/r/${names}/new?limit=${PAGE_POSTS}&raw_json=1${after === null ? '' : `&after=${encodeURIComponent(after)}`}`;
    const answer = await reddit.read(path, signal);
    const found = parseRedditListing(answer.value);
    if (found === null) {
      throw new StreamRefusedError(
        'no_listing',
        'Reddit answers with something that is no listing. It is tried again.',
      );
    }
    posts.push(...found.posts);
    spacingMs = answer.spacingMs;
    const met = found.posts.some(({ id }) => seen.markOf(id) !== undefined);
    if (met) return { posts, met, spacingMs };
    // A page may be short, as Reddit takes posts out after it has cut its pages. The last one ends for Reddit's limit, too.
    if (found.after === null) return { posts, met: page + 1 < MAX_PAGES, spacingMs };
    after = found.after;
  }
  return { posts, met: false, spacingMs };
}

/** Known posts that should be among those that were listed, as they are now. */
async function readVanished(
  { reddit, seen, signal }: ListingParts,
  posts: readonly RedditPost[],
): Promise<readonly RedditPost[]> {
  const listed = new Set(posts.map(({ id }) => id));
  const oldest = posts.at(-1)?.id;
  const isMissing = (id: string) =>
    oldest !== undefined && isNewer(id, oldest) && !listed.has(id) && seen.markOf(id) !== GONE;
  const missing = seen.ids().filter(isMissing).slice(-PAGE_POSTS);
  if (missing.length === 0) return [];
  const answer = await reddit.read(`/api/info?raw_json=1&id=${missing.join(',')}`, signal);
  return parseRedditListing(answer.value)?.posts ?? [];
}

/** Ids are numbers in base 36 that rise with time. */
function isNewer(id: string, other: string): boolean {
  return id.length === other.length ? id > other : id.length > other.length;
}

function itemsOf(post: RedditPost, seen: SeenPosts, { clock }: RedditOptions): readonly LiveItem[] {
  const { id, mark, document } = post;
  const before = seen.markOf(id);
  if (before === mark) return [];
  seen.note(id, mark);
  if (mark !== GONE)
    return [{ document: { ...document, action: before === undefined ? 'add' : 'replace' }, place: id }];
  if (before === undefined) return [];
  // Nobody says when a post was deleted; it was noticed now.
  const publishedAt = new Date(clock.now()).toISOString();
  return [{ document: { action: 'retract', nativeId: id, publishedAt }, place: id }];
}

function gapSentence({ clock, subreddits }: RedditOptions): string {
  return `More than ${PAGE_POSTS * MAX_PAGES} posts came in ${subreddits.join(', ')} before ${new Date(clock.now()).toISOString()}, and Reddit lists no more: older ones since the last reading are missing. Read fewer subreddits, or more often.`;
}
