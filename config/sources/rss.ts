import { z } from 'zod';

import { fetchFields, sourceFields } from './common.js';

export const rssSource = z.strictObject({
  type: z
    .literal('rss')
    .describe('A feed of any form (RSS, Atom, RDF, JSON Feed, news sitemap) that is polled.'),
  ...sourceFields({ kind: 'news', credibility: 0.7 }),
  url: z.url({ protocol: /^https?$/ }).describe('Address of the feed, http or https.'),
  ...fetchFields,
  everySeconds: z
    .int()
    .min(60)
    .max(86_400)
    .default(300)
    .describe('Seconds between two polls; a feed may ask for longer pauses, which are kept.'),
});
