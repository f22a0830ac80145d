import type { GuardedClient } from '../../fetch/guarded-client.js';
import type { PostFilterOptions } from './post-filter.js';
import type { Advice } from './refusals.js';
import type { LiveParts } from './run-live-stream.js';

export interface MastodonOptions extends LiveParts {
  /** Such as `https://mastodon.example`. */
  readonly url: string;
  /** Where a server streams from another host. */
  readonly streamingUrl?: string;
  readonly timeline: 'public' | 'local' | 'remote';
  /** Without `#`; then the posts with it, in place of the whole timeline. */
  readonly hashtag?: string;
  readonly token: string;
  readonly client: GuardedClient;
  readonly filter: PostFilterOptions;
}

export const MASTODON_ADVICE: Advice = {
  401: 'The access token is missing, wrong or withdrawn: make an application with the scope "read" in the settings of an account there and put its token into "token".',
  403: 'The account may not read this timeline: the application needs the scope "read", and the server may have closed its public timelines.',
  404: 'There is no streaming at this address; servers that stream from another host name it in /api/v2/instance (put it into "streamingUrl").',
};

/** The stream of a timeline as it is asked for. */
export function streamRequest({ url, streamingUrl, timeline, hashtag, token }: MastodonOptions) {
  const base = (streamingUrl ?? url).replace(/\/+$/, '');
  const scope = scopeOf({ timeline, hashtag });
  const part = scope === null ? '' : `/${scope}`;
  const path = hashtag === undefined ? `public${part}` : `hashtag${part}?tag=${encodeURIComponent(hashtag)}`;
  return {
    url: `${base}/api/v1/streaming/${path}`,
    headers: { accept: 'text/event-stream' },
    secretHeaders: { authorization: `Bearer ${token}` },
  };
}

/** What narrows a timeline; hashtags have no stream of other servers alone. */
export function scopeOf({
  timeline,
  hashtag,
}: {
  readonly timeline: MastodonOptions['timeline'];
  readonly hashtag: string | undefined;
}): 'local' | 'remote' | null {
  if (timeline === 'public' || (timeline === 'remote' && hashtag !== undefined)) return null;
  return timeline;
}
