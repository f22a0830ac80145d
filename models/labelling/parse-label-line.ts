import { z } from 'zod';

import { InvalidDocumentError } from '../../pipeline/core/errors.js';
import { LABEL_VALUES, type LabelValue } from '../../pipeline/core/label.js';
import { GUIDELINE_VERSION } from './guideline.js';

const value = z.enum(LABEL_VALUES);
const line = z.strictObject({
  documentId: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits, as "labels queue --json" gives them'),
  version: z.int().min(1).optional(),
  sentiment: value.optional(),
  /** By instrument, such as `BA.XNYS`. */
  companies: z.record(z.string().min(1).max(100), value).optional(),
  author: z.string().trim().min(1).max(100).optional(),
  guideline: z.string().min(1).max(40).default(GUIDELINE_VERSION),
  at: z.iso.datetime({ offset: true }).optional(),
});

/** What one line of an import says: one label for the text, one for each company. */
export interface ImportedLabel {
  readonly documentId: string;
  /** Null: the newest. */
  readonly version: number | null;
  readonly instrument: string;
  readonly value: LabelValue;
  readonly author: string;
  readonly guideline: string;
  /** Milliseconds; null: when it is imported. */
  readonly at: number | null;
}

/**
 * Reads one line of labels; `place` (file:line) stands in the message of the InvalidDocumentError `label_invalid`, with field and
 * fix. `usualAuthor` is who labelled where the line does not say.
 */
export function parseLabelLine(
  text: string,
  place: string,
  usualAuthor: string | null,
): readonly ImportedLabel[] {
  const fail = (problem: string): never => {
    throw new InvalidDocumentError('label_invalid', `${place}: ${problem}`);
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail('not valid JSON; one object a line is needed.');
  }
  const result = line.safeParse(json);
  if (!result.success) {
    const [issue] = result.error.issues;
    const field = issue?.path.join('.') ?? '';
    return fail(`${field === '' ? '' : `field "${field}": `}${issue?.message ?? 'cannot be read'}.`);
  }
  const { documentId, version = null, sentiment, companies = {}, guideline, at } = result.data;
  const author = result.data.author ?? usualAuthor;
  if (author === null) return fail('field "author" is missing; give it, or --as WHO for all lines.');
  const said = [...(sentiment === undefined ? [] : [['', sentiment] as const]), ...Object.entries(companies)];
  if (said.length === 0) return fail('neither "sentiment" nor "companies" says anything.');
  const time = at === undefined ? null : Date.parse(at);
  return said.map(([instrument, each]) => ({
    documentId,
    version,
    instrument,
    value: each,
    author,
    guideline,
    at: time,
  }));
}
