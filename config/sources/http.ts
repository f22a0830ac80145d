import { z } from 'zod';

import { secretReferenceSchema } from '../secret-reference.js';
import { fetchFields, sourceFields } from './common.js';
import { mappingSchema } from './mapping.js';

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header, such as X-Api-Key');

const paging = z
  .strictObject({
    by: z
      .enum(['page', 'offset', 'cursor', 'link'])
      .describe(
        'page and offset count in a parameter; cursor reads `next` in the body; link the header Link.',
      ),
    parameter: z
      .string()
      .min(1)
      .max(64)
      .nullable()
      .default(null)
      .describe('Parameter of page, offset or cursor.'),
    first: z.int().min(0).max(1).default(1).describe('Number of the first page.'),
    size: z.int().min(1).max(10_000).nullable().default(null).describe('Items a page; needed for offset.'),
    next: z
      .string()
      .max(500)
      .nullable()
      .default(null)
      .describe('Place of the cursor, or of the next address, in the body.'),
    maxPages: z.int().min(1).max(100).default(10).describe('Most pages of one reading.'),
  })
  .refine(
    ({ by, parameter, next }) => by === 'link' || parameter !== null || (by === 'cursor' && next !== null),
    {
      error: 'needs a parameter',
    },
  )
  .refine(({ by, size }) => by !== 'offset' || size !== null, { error: 'by offset needs a size' })
  .refine(({ by, next }) => by !== 'cursor' || next !== null, { error: 'by cursor needs next' });

export const httpSource = z.strictObject({
  type: z.literal('http').describe('A JSON interface that is polled, with a mapping of fields.'),
  ...sourceFields({ kind: 'news', credibility: 0.7 }),
  url: z.url({ protocol: /^https?$/ }).describe('Address, http or https, without secrets in it.'),
  ...fetchFields,
  everySeconds: z.int().min(10).max(86_400).default(300).describe('Seconds between two readings.'),
  parameters: z
    .record(z.string().min(1).max(64), z.string().max(1_000))
    .default({})
    .describe('Names and values that are sent with each request.'),
  sendAs: z
    .enum(['query', 'form', 'json'])
    .default('query')
    .describe('Where the parameters go: into the address (GET), or into the body of a POST.'),
  headers: z
    .record(headerName, z.string().max(1_000))
    .default({})
    .describe('Headers of each request; keys belong into `auth`.'),
  auth: z
    .strictObject({
      header: headerName.default('Authorization').describe('Header that carries the secret.'),
      prefix: z.string().max(32).default('').describe('What stands before it, such as "Bearer ".'),
      secret: secretReferenceSchema.describe('Key or token.'),
    })
    .nullable()
    .default(null)
    .describe('A secret header; it is sent to the host of `url` alone.'),
  paging: paging
    .nullable()
    .default(null)
    .describe('How the pages after the first are asked for; null reads one.'),
  mapping: mappingSchema,
});
