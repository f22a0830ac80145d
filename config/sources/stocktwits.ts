import { z } from 'zod';

import { secretReferenceSchema } from '../secret-reference.js';
import { sourceFields } from './common.js';

export const stocktwitsSource = z.strictObject({
  type: z.literal('stocktwits').describe('The streams of symbols on StockTwits, read in turn.'),
  ...sourceFields({ kind: 'social', credibility: 0.3 }),
  symbols: z
    .array(z.string().regex(/^[A-Z0-9.]{1,12}$/, 'must be a symbol such as TSLA or BTC.X'))
    .min(1)
    .max(200)
    .describe('Symbols as StockTwits writes them.'),
  token: secretReferenceSchema.optional().describe('Access token; without one the service gives less.'),
  requestsPerHour: z
    .int()
    .min(1)
    .max(10_000)
    .default(180)
    .describe('Shared by all symbols: 200 are usual without a token, 400 with one.'),
});
