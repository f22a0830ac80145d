import { ownField, type Fields } from '../../parse/fields.js';
import { countsIn, fieldsOf, listIn, recordIn, textIn } from './json-fields.js';
import { sharedLink } from './shared-link.js';

/** A post of a Reddit listing. */
export interface RedditPost {
  /** The full name, such as `t3_1abc`. */
  readonly id: string;
  /** Changes with each edit; `gone` for a post that was deleted or removed. */
  readonly mark: string;
  readonly document: Readonly<Record<string, unknown>>;
}

const COUNTS = { ups: 'likes', num_comments: 'comments', num_crossposts: 'reposts' };
const EMPTY_TEXTS = new Set(['[deleted]', '[removed]']);
export const GONE = 'gone';

export interface RedditListing {
  /** Newest first. */
  readonly posts: readonly RedditPost[];
  /** What the next page is asked for with; null at the end. */
  readonly after: string | null;
}

/** A page of a listing; null for what is none. Never throws. */
export function parseRedditListing(value: unknown): RedditListing | null {
  const data = recordIn(fieldsOf(value) ?? {}, 'data');
  if (data === null || !Array.isArray(ownField(data, 'children'))) return null;
  const posts = listIn(data, 'children').flatMap((child) => {
    const post = recordIn(fieldsOf(child) ?? {}, 'data');
    return post === null ? [] : (parsePost(post) ?? []);
  });
  return { posts, after: textIn(data, 'after', 50) };
}

function parsePost(post: Fields): RedditPost | null {
  const id = textIn(post, 'name', 50);
  const publishedAt = timeIn(post, 'created_utc');
  if (id === null || publishedAt === null) return null;
  const editedAt = timeIn(post, 'edited');
  const isGone =
    textIn(post, 'removed_by_category') !== null || EMPTY_TEXTS.has(textIn(post, 'selftext') ?? '');
  return {
    id,
    mark: isGone ? GONE : (editedAt ?? ''),
    document: {
      nativeId: id,
      url: addressOf(post),
      title: ownField(post, 'title'),
      text: textIn(post, 'selftext') ?? '',
      // The account's number where it is given; the name of a closed account is shared by all of them.
      author: { id: textIn(post, 'author_fullname', 100) ?? '' },
      publishedAt,
      ...(editedAt === null ? {} : { modifiedAt: editedAt }),
      extra: extraOf(post),
    },
  };
}

/** A subreddit that begins so is somebody's profile. */
const PROFILE = /^u_/i;

/** Of Reddit only: an address that names the subreddit and the post, and nobody. */
function addressOf(post: Fields): string | null {
  const path = textIn(post, 'permalink', 1_000);
  return path !== null && /^\/r\/(?!u_)[^/]+\/comments\//i.test(path)
    ? `https://www.reddit.com${path}`
    : null;
}

function extraOf(post: Fields): Record<string, unknown> {
  const link = ownField(post, 'is_self') === true ? null : sharedLink(textIn(post, 'url', 1_000));
  const subreddit = textIn(post, 'subreddit', 100);
  return {
    ...countsIn(post, COUNTS),
    ...(subreddit === null || PROFILE.test(subreddit) ? {} : { subreddit }),
    ...(link === null ? {} : { link }),
  };
}

/** Seconds since the epoch as ISO 8601; null for `false`, which stands for never. */
function timeIn(post: Fields, key: string): string | null {
  const seconds = ownField(post, key);
  if (typeof seconds !== 'number' || !(seconds > 0 && seconds < 1e11)) return null;
  return new Date(Math.round(seconds * 1_000)).toISOString();
}
