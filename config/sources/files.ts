import { z } from 'zod';

import { sourceFields } from './common.js';
import { mappingSchema } from './mapping.js';

/** Labels of TextDecoder that hold ASCII as it is. */
const ENCODINGS = [
  'utf-8',
  'gbk',
  'gb18030',
  'big5',
  'shift_jis',
  'euc-jp',
  'euc-kr',
  'windows-1252',
  'windows-1251',
] as const;

export const filesSource = z.strictObject({
  type: z
    .literal('files')
    .describe('Tables (CSV) and JSON lines of your own systems, with a mapping of fields.'),
  ...sourceFields({ kind: 'feedback', credibility: 0.5 }),
  path: z
    .string()
    .min(1)
    .max(4_000)
    .describe('A file, a folder, or names with * and ? in one folder; from where the service is started.'),
  format: z.enum(['auto', 'csv', 'jsonl']).default('auto').describe('auto goes by the names of the files.'),
  delimiter: z
    .string()
    .length(1)
    .regex(/^[\x01-\x7e]$/, 'must be one sign of ASCII')
    .nullable()
    .default(null)
    .describe('What stands between fields; null takes a comma, and a tab in .tsv.'),
  header: z
    .boolean()
    .default(true)
    .describe('True when the first row names the columns; else fields are [0], [1] and so on.'),
  encoding: z.enum(ENCODINGS).nullable().default(null).describe('Encoding of the files; null to detect it.'),
  everySeconds: z.int().min(1).max(86_400).default(30).describe('Seconds between two looks.'),
  mapping: mappingSchema,
});
