import type { Clock } from '../../../pipeline/core/clock.js';
import type { FetchedPage, GuardedClient } from '../../fetch/guarded-client.js';
import { fieldsOf, parseJson, textIn } from './json-fields.js';
import { StreamRefusedError } from './live-stream.js';
import { refusal, type Advice } from './refusals.js';

export interface RedditAccess {
  readonly client: GuardedClient;
  readonly clock: Clock;
  /** Of an application of the type "script" or "web app". */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where tokens are given; `https://www.reddit.com`. */
  readonly tokenUrl: string;
  /** Where tokens are taken; `https://oauth.reddit.com`. */
  readonly apiUrl: string;
}

export interface RedditAnswer {
  readonly value: unknown;
  /** How long to wait so that the limit lasts until it is renewed, milliseconds. */
  readonly spacingMs: number;
}

export interface RedditClient {
  /** Throws StreamRefusedError with cause and fix, and what the client throws. */
  read(path: string, signal: AbortSignal): Promise<RedditAnswer>;
}

const NAME = 'Reddit';
const TOKEN_ADVICE: Advice = {
  401: 'Id or secret of the application are wrong: compare them with reddit.com/prefs/apps.',
  403: 'Reddit refuses this application: its Data API terms have to be accepted, and commercial use needs a contract.',
};
const READ_ADVICE: Advice = {
  401: 'The token was withdrawn; a new one is asked for.',
  403: 'A subreddit is private or quarantined, or Reddit refuses this application: leave the subreddit out, or have access granted.',
  404: 'A subreddit does not exist or is banned: correct "subreddits".',
};
/** Tokens last a day; a new one is asked for a little before. */
const EARLY_MS = 60_000;

/** Reads the Data API with a token of the application alone, which is kept until it ends. */
export function createRedditClient(access: RedditAccess): RedditClient {
  let token: { readonly value: string; readonly until: number } | null = null;
  return {
    read: async (path, signal) => {
      const { client, clock, apiUrl } = access;
      if (token === null || token.until <= clock.now()) token = await fetchToken(access, signal);
      const page = await client.request(
        {
          method: 'GET',
          url: `${apiUrl}${path}`,
          headers: { accept: 'application/json' },
          secretHeaders: { authorization: `Bearer ${token.value}` },
        },
        signal,
      );
      if (page.status === 401) token = null;
      if (page.status !== 200) throw refused(page, READ_ADVICE, clock.now());
      return { value: parseJson(page.body.toString('utf8')), spacingMs: spacingOf(page) };
    },
  };
}

async function fetchToken(
  { client, clock, clientId, clientSecret, tokenUrl }: RedditAccess,
  signal: AbortSignal,
): Promise<{ value: string; until: number }> {
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const page = await client.request(
    {
      method: 'POST',
      url: `${tokenUrl}/api/v1/access_token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      secretHeaders: { authorization: `Basic ${credentials}` },
      body: 'grant_type=client_credentials',
    },
    signal,
  );
  if (page.status !== 200) throw refused(page, TOKEN_ADVICE, clock.now());
  const answer = fieldsOf(parseJson(page.body.toString('utf8'))) ?? {};
  const value = textIn(answer, 'access_token', 10_000);
  if (value === null) {
    throw new StreamRefusedError('no_token', `${NAME} gave no token. ${TOKEN_ADVICE[401] ?? ''}`);
  }
  const seconds = typeof answer['expires_in'] === 'number' ? answer['expires_in'] : 3_600;
  return { value, until: clock.now() + Math.min(86_400, Math.max(120, seconds)) * 1_000 - EARLY_MS };
}

function refused(page: FetchedPage, advice: Advice, now: number): StreamRefusedError {
  const { status, headers } = page;
  const reset = Number(headers['x-ratelimit-reset']);
  const limitEndsAt = status === 429 && reset > 0 && reset < 86_400 ? now + reset * 1_000 : null;
  return refusal({ name: NAME, status, retryAfter: headers['retry-after'], limitEndsAt }, advice, now);
}

function spacingOf({ headers }: FetchedPage): number {
  const remaining = Number(headers['x-ratelimit-remaining']);
  const reset = Number(headers['x-ratelimit-reset']);
  if (!(remaining >= 0) || !(reset > 0 && reset < 86_400)) return 0;
  // The last few are left for others who use the same application.
  return remaining > 5 ? (reset / remaining) * 1_000 : reset * 1_000;
}
