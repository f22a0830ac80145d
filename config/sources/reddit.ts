import { z } from 'zod';

import { secretReferenceSchema } from '../secret-reference.js';
import { sourceFields } from './common.js';

export const redditSource = z.strictObject({
  type: z.literal('reddit').describe('The newest posts of subreddits, with a token of an application.'),
  ...sourceFields({ kind: 'social', credibility: 0.3 }),
  subreddits: z
    .array(z.string().regex(/^[A-Za-z0-9_]{2,50}$/, 'must be the name of a subreddit without r/'))
    .min(1)
    .max(50)
    .describe('Names without r/, read together as one listing.'),
  clientId: z.string().min(1).max(200).describe('Id of the application (reddit.com/prefs/apps).'),
  clientSecret: secretReferenceSchema.describe('Secret of the application.'),
  everySeconds: z
    .int()
    .min(10)
    .max(86_400)
    .default(60)
    .describe('Seconds between two readings; longer where the limit of requests asks for it.'),
});
