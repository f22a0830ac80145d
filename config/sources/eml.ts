import { z } from 'zod';

import { sourceFields } from './common.js';

export const emlSource = z.strictObject({
  type: z.literal('eml').describe('Newsletters as messages (.eml) in a folder.'),
  ...sourceFields({ kind: 'research', credibility: 0.7 }),
  path: z
    .string()
    .min(1)
    .max(4_000)
    .describe('A folder, or names with * and ? in one; from where the service is started.'),
  everySeconds: z.int().min(1).max(86_400).default(30).describe('Seconds between two looks.'),
});
