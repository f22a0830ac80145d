import { z } from 'zod';

import { parseCredibility } from '../../pipeline/core/credibility.js';
import { SOURCE_KINDS, type SourceKind } from '../../pipeline/core/document.js';

export const sourceId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and hyphens, at most 64')
  .describe('Identity of the source; part of the id of each of its documents, so never change it.');

/** What every source that takes documents of somebody else says of them. */
export function sourceFields(defaults: { readonly kind: SourceKind; readonly credibility: number }) {
  return {
    id: sourceId,
    name: z.string().min(1).max(200).describe('Name as people see it.'),
    kind: z
      .enum(SOURCE_KINDS)
      .default(defaults.kind)
      .describe('What the documents are; counted and shown apart.'),
    language: z
      .string()
      .min(2)
      .max(35)
      .nullable()
      .default(null)
      .describe('Language hint; null to detect it.'),
    licence: z.string().max(500).nullable().default(null).describe('Terms of use, kept with every document.'),
    credibility: z
      .number()
      .min(0)
      .max(5)
      .refine((value) => parseCredibility(value) !== null, {
        error: 'must be a number from 0 to 1, or a rank 2, 3, 4 or 5 (best)',
      })
      .default(defaults.credibility)
      .describe('0 (worthless) to 1 (authoritative), or a rank of five: 2, 3, 4 or 5 (best).'),
    maxPerMinute: z
      .int()
      .min(1)
      .max(1_000_000)
      .nullable()
      .default(null)
      .describe(
        'Documents a minute at most, on average: the source pauses and loses none; null for no limit.',
      ),
    enabled: z.boolean().default(true).describe('False keeps the entry and does not read it.'),
  };
}

/** What every source says that asks an address of somebody else. */
export const fetchFields = {
  allowPrivateHosts: z
    .boolean()
    .default(false)
    .describe(
      'True lets this source reach private addresses and any port, for a server on your own network.',
    ),
};
