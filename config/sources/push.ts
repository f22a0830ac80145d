import { z } from 'zod';

import { secretReferenceSchema } from '../secret-reference.js';
import { sourceFields } from './common.js';
import { mappingSchema } from './mapping.js';

// Without maxPerMinute: a sender waits for the answer, and would send again what is stored already. It has requestsPerMinute.
export const pushSource = z
  .strictObject({
    type: z
      .literal('push')
      .describe(
        'What a sender pushes, signed, to POST /ingest/v1/push/ID: webhooks, platforms under contract.',
      ),
    ...sourceFields({ kind: 'social', credibility: 0.3 }),
    secrets: z
      .array(secretReferenceSchema)
      .min(1)
      .max(5)
      .describe('Keys of the signatures; any of them counts, so that a key can be changed without a gap.'),
    requestsPerMinute: z
      .int()
      .min(1)
      .max(60_000)
      .default(600)
      .describe('More signed requests than that in a minute are told to come back (429).'),
    preset: z
      .enum(['weibo', 'wechat', 'douyin'])
      .nullable()
      .default(null)
      .describe('Ready mapping of a platform; fields of `mapping` replace those of it.'),
    mapping: mappingSchema,
  })
  .omit({ maxPerMinute: true });
