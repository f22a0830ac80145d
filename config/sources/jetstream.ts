import { z } from 'zod';

import { fetchFields, sourceFields } from './common.js';

const word = z.string().trim().min(1).max(100);

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
  everything: z
    .boolean()
    .default(false)
    .describe('True takes every post: about 50 a second from the public servers.'),
  cashtags: z.boolean().default(true).describe('Takes posts with a cashtag such as $TSLA.'),
  companies: z
    .boolean()
    .default(true)
    .describe('Takes posts with a name of a listed company that means nothing else.'),
  keywords: z
    .array(word)
    .max(5_000)
    .default([])
    .describe('Takes posts with one of these words or phrases, any case, as whole words.'),
  languages: z
    .array(z.string().regex(/^[a-z]{2,3}$/, 'must be a language such as en'))
    .max(50)
    .default([])
    .describe(
      'Takes only posts that say they are in one of these; empty for all. Posts that say nothing pass.',
    ),
});
