import { z } from 'zod';

import { sourceId } from './common.js';

export const demoSource = z.strictObject({
  type: z.literal('demo').describe('Invented companies and texts, for a world of its own.'),
  id: sourceId.default('demo').describe('Identity of the source.'),
  seed: z.int().min(0).max(4_294_967_295).default(1).describe('Another seed tells another story.'),
  enabled: z.boolean().default(true).describe('False keeps the entry and does not run it.'),
});
