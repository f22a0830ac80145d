import { z } from 'zod';

import { secretReferenceSchema } from '../secret-reference.js';
import { fetchFields, sourceFields } from './common.js';
import { postFilterFields } from './post-filter.js';

export const mastodonSource = z.strictObject({
  type: z.literal('mastodon').describe('A timeline of a Mastodon server, as it comes.'),
  ...sourceFields({ kind: 'social', credibility: 0.3 }),
  ...fetchFields,
  url: z.url({ protocol: /^https?$/ }).describe('Address of the server, such as https://mastodon.example.'),
  streamingUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Address of its streaming where that is another host (/api/v2/instance of the server names it).',
    ),
  timeline: z
    .enum(['public', 'local', 'remote'])
    .default('public')
    .describe('All public posts the server knows, its own, or those of other servers.'),
  hashtag: z
    .string()
    .regex(/^[^\s#/?&]{1,100}$/, 'must be one word without #')
    .optional()
    .describe('Reads the posts with this hashtag in place of the whole timeline.'),
  token: secretReferenceSchema.describe('Access token of an application with the scope read.'),
  ...postFilterFields,
});
