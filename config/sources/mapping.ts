import { z } from 'zod';

import {
  isTimeZone,
  MAPPED_FIELDS,
  parseFieldPath,
  parseTemplate,
  TIME_FORMS,
  type FieldSpec,
  type MappingSpec,
} from '../../pipeline/core/mapping.js';

const place = z.string().refine((path) => parseFieldPath(path) !== null, {
  error: 'must be a place in a message, such as payload.headline, list[0].name or tags[*]',
});
const template = z
  .string()
  .max(1_000)
  .refine((text) => parseTemplate(text) !== null, {
    error: 'must be text with places in braces, such as {title} {summary}',
  });

const ORIGINS = ['path', 'first', 'template', 'constant'] as const;

const valueSpec = z
  .strictObject({
    path: place.optional(),
    first: z.array(place).min(1).max(10).optional(),
    template: template.optional(),
    constant: z.union([z.string().max(1_000), z.number(), z.boolean()]).optional(),
    time: z.enum(TIME_FORMS).optional(),
    zone: z
      .string()
      .refine(isTimeZone, { error: 'must be a time zone such as +08:00 or Asia/Shanghai' })
      .optional(),
    values: z.record(z.string(), z.string()).optional(),
    default: z.string().max(1_000).optional(),
    split: z.string().min(1).max(10).optional(),
    stockCode: z.boolean().optional(),
    exchange: place.optional(),
  })
  .refine((value) => ORIGINS.filter((origin) => value[origin] !== undefined).length === 1, {
    error: `must have exactly one of ${ORIGINS.join(', ')}`,
  });

/** Checked by what it is, so that the words are of that form and not of a union. */
const fieldSpec = z.custom<FieldSpec>().superRefine((value, context) => {
  const checked = typeof value === 'string' ? place.safeParse(value) : valueSpec.safeParse(value);
  passOn(checked.error, context);
});

function passOn(error: z.ZodError | undefined, context: z.core.$RefinementCtx): void {
  for (const issue of error?.issues ?? []) {
    const unknown = issue.code === 'unrecognized_keys' ? `has no field ${issue.keys.join(', ')}` : null;
    context.addIssue({ code: 'custom', message: unknown ?? issue.message, path: issue.path });
  }
}

const optionalField = fieldSpec.optional();
const fields = Object.fromEntries(MAPPED_FIELDS.map((field) => [field, optionalField])) as Record<
  (typeof MAPPED_FIELDS)[number],
  typeof optionalField
>;

const shape = z.strictObject({
  items: place.optional(),
  when: z.record(place, z.array(z.string().max(200)).min(1)).optional(),
  ...fields,
  extra: z.record(z.string().min(1).max(64), fieldSpec).optional(),
});

/** How messages of somebody else become documents: one schema for every source that takes such messages. */
export const mappingSchema = z
  .custom<MappingSpec>()
  .superRefine((value, context) => {
    passOn(shape.safeParse(value).error, context);
  })
  .meta({ form: 'a section of fields and places' })
  .default({})
  .describe(
    'Field of a document: place in the message, and what is made of it (ingest/mapping/README.md). Without it the messages are documents in our own form.',
  );

/** Without an id of its own an item would be another document each time it comes. */
export function namesItems(mapping: MappingSpec): boolean {
  const mapped = MAPPED_FIELDS.filter((field) => mapping[field] !== undefined);
  return mapped.length === 0 || mapped.includes('nativeId') || mapped.includes('url');
}
