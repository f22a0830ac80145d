import { sendJson, startHttpStub, type HttpStub } from './http.js';

export interface StubPost {
  readonly n: number;
  readonly text?: string;
  readonly edited?: number;
  readonly removed?: boolean;
  /** Counts for the cut of the pages and is then left out of them. */
  readonly leftOut?: boolean;
}

const MAX_LISTED = 1_000;
const FIRST_AT = Date.parse('2026-03-31T11:00:00Z') / 1_000;

/** Ids rise in base 36 as they do at Reddit. */
export function redditId(n: number): string {
  return `t3_${(1_000_000_000 + n).toString(36)}`;
}

function child({ n, text, edited, removed }: StubPost): unknown {
  const gone = removed === true;
  return {
    kind: 't3',
    data: {
      id: redditId(n).slice(3),
      name: redditId(n),
      title: gone ? '[deleted by user]' : `Title ${n}`,
      selftext: gone ? '[deleted]' : (text ?? `Text ${n}`),
      author: gone ? '[deleted]' : 'mira_invented',
      ...(gone ? {} : { author_fullname: 't2_inv3nted' }),
      created_utc: FIRST_AT + n,
      edited: edited === undefined ? false : FIRST_AT + edited,
      permalink: `/r/stocks/comments/${redditId(n).slice(3)}/title_${n}/`,
      url: `https://www.reddit.com/r/stocks/comments/${redditId(n).slice(3)}/title_${n}/`,
      subreddit: 'stocks',
      is_self: true,
      ups: 5,
      num_comments: 2,
      num_crossposts: 0,
      upvote_ratio: 0.9,
      removed_by_category: gone ? 'deleted' : null,
    },
  };
}

export interface RedditStub extends HttpStub {
  /** Oldest first. */
  posts: StubPost[];
  limit: { remaining: number; reset: number };
  refuse: number | null;
}

/** Reddit with the application `id`, secret `secret`. */
export async function startRedditStub(): Promise<RedditStub> {
  const state = {
    posts: [] as StubPost[],
    limit: { remaining: 90, reset: 300 },
    refuse: null as number | null,
  };
  const stub = await startHttpStub(({ path, query, headers }, response) => {
    const limits = {
      'x-ratelimit-remaining': String(state.limit.remaining),
      'x-ratelimit-reset': String(state.limit.reset),
    };
    const listing = (posts: readonly StubPost[], after: string | null = null) => {
      const children = posts.filter(({ leftOut }) => leftOut !== true).map(child);
      sendJson(response, { kind: 'Listing', data: { after, children, before: null } }, limits);
    };
    if (path === '/api/v1/access_token') {
      const good = headers.authorization === `Basic ${Buffer.from('id:secret').toString('base64')}`;
      if (good)
        sendJson(response, { access_token: 'tok', token_type: 'bearer', expires_in: 86_400, scope: '*' });
      else response.writeHead(401).end('{"message":"Unauthorized","error":401}');
    } else if (headers.authorization !== 'Bearer tok') response.writeHead(401).end();
    else if (state.refuse !== null) response.writeHead(state.refuse, limits).end();
    else if (path === '/api/info') {
      const asked = new Set((query.get('id') ?? '').split(','));
      const known = state.posts.filter(({ n }) => asked.has(redditId(n)));
      const gone = [...asked].filter((id) => !state.posts.some(({ n }) => redditId(n) === id));
      listing([
        ...known,
        ...gone.map((id) => ({ n: parseInt(id.slice(3), 36) - 1_000_000_000, removed: true })),
      ]);
    } else {
      const newest = [...state.posts].reverse().filter(({ removed }) => removed !== true);
      const after = query.get('after');
      const from = after === null ? 0 : newest.findIndex(({ n }) => redditId(n) === after) + 1;
      const to = Math.min(from + Number(query.get('limit')), MAX_LISTED);
      const last = to < Math.min(newest.length, MAX_LISTED) ? newest[to - 1] : undefined;
      listing(newest.slice(from, to), last === undefined ? null : redditId(last.n));
    }
  });
  return Object.assign(state, stub);
}
