import { z } from 'zod';

/** Which posts of a stream are taken; a whole network is more than a desk wants to read. */
export const postFilterFields = {
  everything: z.boolean().default(false).describe('True takes every post, whatever it says.'),
  cashtags: z.boolean().default(true).describe('Takes posts with a cashtag such as $TSLA.'),
  companies: z
    .boolean()
    .default(true)
    .describe('Takes posts with a name of a listed company that means nothing else.'),
  keywords: z
    .array(z.string().trim().min(1).max(100))
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
};
