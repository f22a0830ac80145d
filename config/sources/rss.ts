import { z } from 'zod';

import { fetchFields, sourceFields } from './common.js';

export const rssSource = z.strictObject({
  type: z
    .literal('rss')
    .describe('A feed of any form (RSS, Atom, RDF, JSON Feed, news sitemap) that is polled.'),
  ...sourceFields({ kind: 'news', credibility: 0.7 }),
  url: z.url({ protocol: /^https?$/ }).describe('Address of the feed, http or https.'),
  ...fetchFields,
  zone: z
    .string()
    .regex(/^[+-](0\d|1[0-4]):[0-5]\d$/, 'must be an offset such as +08:00')
    .nullable()
    .default(null)
    .describe('Offset of times that name no zone, such as +08:00; null refuses their items.'),
  authors: z
    .boolean()
    .default(true)
    .describe('Whether authors are kept, as pseudonyms with the key of privacy.authorKey.'),
  followSchedule: z
    .boolean()
    .default(true)
    .describe(
      'Whether the feed is asked less often where its ttl, skipHours or skipDays say so. False where the publisher allows more.',
    ),
  everySeconds: z
    .int()
    .min(60)
    .max(86_400)
    .default(300)
    .describe('Seconds between two polls; a feed may ask for longer pauses, which are kept.'),
});
