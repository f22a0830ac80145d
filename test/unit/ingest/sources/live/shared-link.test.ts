import { expect, it } from 'vitest';
import {
  parseJetstreamEvent,
  jetstreamDocument,
} from '../../../../../ingest/sources/live/parse-jetstream.js';
import { parseMastodonStatus } from '../../../../../ingest/sources/live/parse-mastodon.js';
import { parseRedditListing } from '../../../../../ingest/sources/live/parse-reddit.js';
import { sharedLink } from '../../../../../ingest/sources/live/shared-link.js';

it.each([
  ['https://x.com/janedoe/status/1', 'https://x.com/'],
  ['https://mobile.twitter.com/janedoe', 'https://mobile.twitter.com/'],
  ['https://bsky.app/profile/janedoe.example/post/3k', 'https://bsky.app/'],
  ['https://www.reddit.com/user/janedoe/', 'https://www.reddit.com/'],
  ['https://old.reddit.com/u/janedoe', 'https://old.reddit.com/'],
  ['https://www.reddit.com/r/u_janedoe/comments/a/t/', 'https://www.reddit.com/'],
  ['https://mastodon.example/@janedoe@other.example/1', 'https://mastodon.example/'],
  ['https://mastodon.example/web/%40janedoe', 'https://mastodon.example/'],
  ['https://mastodon.example/users/janedoe/statuses/1', 'https://mastodon.example/'],
])('keeps only the host of %s', (link, kept) => {
  expect(sharedLink(link)).toBe(kept);
});

it.each([
  'https://www.reddit.com/r/stocks/comments/a/t/',
  'https://netflix.com/news/x.com',
  'https://news.example/users-of-banks?at=1',
])('keeps %s', (link) => {
  expect(sharedLink(link)).toBe(link);
});

it.each([null, '/r/u_janedoe/comments/a/t/', 'at://did:plc:invented/app.bsky.feed.post/a', 'javascript:1'])(
  'keeps nothing of %s',
  (link) => {
    expect(sharedLink(link)).toBe(null);
  },
);

it('leaves names out of the links of all social sources, and out of the addresses of Reddit', () => {
  const reddit = (more: object) => ({
    name: 't3_a',
    title: 'T',
    selftext: '',
    created_utc: 1_774_000_000,
    ...more,
  });
  const children = [
    reddit({ permalink: '/r/u_janedoe/comments/a/t/', url: 'https://x.com/janedoe' }),
    reddit({
      permalink: '/r/U_janedoe/comments/a/t/',
      subreddit: 'U_janedoe',
      url: '/r/u_janedoe/comments/a/t/',
    }),
  ].map((data) => ({ data }));
  const posts = parseRedditListing({ data: { children } })?.posts ?? [];
  const status = parseMastodonStatus({
    id: '1',
    content: 'a',
    account: { id: '2' },
    card: { url: 'https://mastodon.example/@janedoe/1' },
  });
  const event = parseJetstreamEvent(
    JSON.stringify({
      time_us: 1_774_000_000_000_000,
      kind: 'commit',
      did: 'did:plc:invented',
      commit: {
        operation: 'create',
        collection: 'app.bsky.feed.post',
        rkey: 'a',
        record: { text: 'a', embed: { external: { uri: 'https://bsky.app/profile/janedoe' } } },
      },
    }),
  );
  const commit = event?.commit ?? null;
  const documents = [
    ...posts.map(({ document }) => document),
    status?.document,
    event === null || commit === null ? undefined : jetstreamDocument({ ...event, commit }),
  ];
  expect(documents.map((document) => (document?.['extra'] as Record<string, unknown>)['link'])).toEqual([
    'https://x.com/',
    undefined,
    'https://mastodon.example/',
    'https://bsky.app/',
  ]);
  expect(posts.map(({ document }) => document['url'])).toEqual([null, null]);
  expect(JSON.stringify(documents)).not.toMatch(/janedoe/i);
});
