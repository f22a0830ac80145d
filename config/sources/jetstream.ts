import { z } from 'zod';

import { fetchFields, sourceFields } from './common.js';
import { postFilterFields } from './post-filter.js';

export const jetstreamSource = z.strictObject({
  type: z.literal('jetstream').describe('Posts of Bluesky and other AT Protocol networks, as they come.'),
  ...sourceFields({ kind: 'social', credibility: 0.3 }),
  ...fetchFields,
  url: z
    .url({ protocol: /^wss?$/ })
    .default('wss://jetstream2.us-east.bsky.network/subscribe')
    .describe('Address of a Jetstream, ending in /subscribe.'),
  collections: z
    .array(
      z.string().regex(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+){2,}$/, 'must be a name such as app.bsky.feed.post'),
    )
    .min(1)
    .max(100)
    .default(['app.bsky.feed.post'])
    .describe('Collections of records that have a text.'),
  ...postFilterFields,
});
