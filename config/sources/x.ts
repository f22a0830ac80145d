import { z } from 'zod';

import { secretReferenceSchema } from '../secret-reference.js';
import { sourceFields } from './common.js';

export const xSource = z.strictObject({
  type: z.literal('x').describe('Posts of X that match rules, as they come (filtered stream).'),
  ...sourceFields({ kind: 'social', credibility: 0.3 }),
  token: secretReferenceSchema.describe('Bearer token of an application.'),
  rules: z
    .array(z.string().trim().min(1).max(1_024))
    .min(1)
    .max(1_000)
    .describe(
      'What to take, in the language of the filtered stream, such as ($TSLA OR Tesla) lang:en -is:retweet.',
    ),
  backfillMinutes: z
    .int()
    .min(0)
    .max(5)
    .default(0)
    .describe('Minutes that your plan replays after a disconnection; 0 where it replays none.'),
});
