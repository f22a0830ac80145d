import { z } from 'zod';

import { fetchFields, sourceFields } from './common.js';

export const edgarSource = z.strictObject({
  type: z
    .literal('edgar')
    .describe('Current filings of the SEC (EDGAR), one document each. Needs fetch.contact.'),
  ...sourceFields({ kind: 'filing', credibility: 1 }),
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://www.sec.gov/cgi-bin/browse-edgar')
    .describe('Address of the listing, for a mirror of yours.'),
  ...fetchFields,
  forms: z
    .array(
      z
        .string()
        .regex(/^[A-Z0-9][A-Z0-9 -]{0,19}$/, 'must be a form such as 8-K or NT 10-K, without /A')
        .describe('A form.'),
    )
    .max(200)
    .nullable()
    .default([
      '8-K',
      '6-K',
      '10-K',
      '10-Q',
      '20-F',
      '40-F',
      'NT 10-K',
      'NT 10-Q',
      'NT 20-F',
      'S-1',
      'F-1',
      'S-4',
      'F-4',
      '425',
      'DEFM14A',
      'SC TO-T',
      'SC 14D9',
      'SC 13D',
      'SCHEDULE 13D',
      '25',
      '25-NSE',
    ])
    .describe('Forms to take, with their amendments (/A); null takes all, some thousands a day.'),
  everySeconds: z
    .int()
    .min(15)
    .max(86_400)
    .default(60)
    .describe('Seconds between two readings; each asks for at most 20 pages, fetch.hostGapMs apart.'),
});
