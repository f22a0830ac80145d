import { TOPIC_IDS, type TopicId } from '../../pipeline/core/taxonomy.js';
import type { ServiceStatus } from './ports.js';
import { ProblemError } from './problem.js';

/**
 * Pieces of the routes' JSON schemas; each route refuses what it does not list. Where a schema has a title, a refusal says that
 * and the first of the examples (`problem.ts`) instead of the pattern.
 */
export const TIME = {
  type: 'string',
  minLength: 1,
  maxLength: 40,
  description: 'ISO 8601 with zone, or a date (midnight UTC); e.g. 2015-08-24 or 2015-08-24T13:30:00Z',
} as const;
export const TOPIC = {
  type: 'string',
  enum: TOPIC_IDS,
  description: 'Only documents with this topic',
} as const;
export const MIN_RELEVANCE = { type: 'number', minimum: 0, maximum: 1, default: 0 } as const;
export const SERIES = {
  type: 'string',
  minLength: 1,
  maxLength: 80,
  description:
    'market, instrument:AAPL.XNAS, instrument:AAPL, instrument:?TICKER, sector:banks or topic:earnings',
} as const;
export const DOCUMENT_ID = {
  type: 'string',
  pattern: '^[0-9a-f]{32}$',
  title: 'the id of a document, 32 hexadecimal digits in small letters',
  examples: ['0f3a5c7e9b1d2f4a6c8e0b1d3f5a7ce1'],
} as const;
export const KEY_ID = {
  type: 'string',
  pattern: '^[A-Za-z0-9._:@-]{1,200}$',
  title: 'an id as the lists give it, 1 to 200 letters, digits and signs of ._:@-',
} as const;

export function objectSchema<P extends Readonly<Record<string, unknown>>>(
  properties: P,
  required: readonly (keyof P & string)[] = [],
) {
  return { type: 'object', properties, required, additionalProperties: false } as const;
}

export function limitSchema(fallback: number, maximum: number) {
  return { type: 'integer', minimum: 1, maximum, default: fallback } as const;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds of a time parameter, or null when it is absent; refuses times without zone and days that do not exist. */
export function parseTime(name: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  const match = DATE.exec(value) ?? DATE_TIME.exec(value);
  const time = match === null ? Number.NaN : Date.parse(value);
  const day = Number(match?.[3]);
  const daysInMonth = new Date(Date.UTC(Number(match?.[1]), Number(match?.[2]), 0)).getUTCDate();
  if (Number.isNaN(time) || day > daysInMonth) {
    throw new ProblemError(
      400,
      `The query parameter "${name}" must be a time such as 2015-08-24T13:30:00Z or a date such as 2015-08-24.`,
    );
  }
  return time;
}

/** `asOf` in milliseconds; a time that is not settled yet is refused, because an answer for it could still change. */
export function parseAsOf(
  value: string | undefined,
  { now, settledUntil }: Pick<ServiceStatus, 'now' | 'settledUntil'>,
  name = 'asOf',
): number | null {
  const asOf = parseTime(name, value);
  if (asOf === null) return null;
  if (asOf > now) {
    throw new ProblemError(
      400,
      `The query parameter "${name}" lies after the present (${toIso(now)}); ask for that time or an earlier one.`,
      { code: 'as_of_not_settled' },
    );
  }
  if (settledUntil === undefined || (settledUntil !== null && asOf <= settledUntil)) return asOf;
  const until = settledUntil === null ? null : toIso(settledUntil);
  throw new ProblemError(
    409,
    `What was known at ${toIso(asOf)} is not settled yet: documents accepted before it may still be on their way. ` +
      (until === null
        ? 'Try again in a moment.'
        : `It is settled until ${until}; ask for that time or an earlier one, or try again in a moment.`),
    { code: 'as_of_not_settled', settledUntil: until },
  );
}

/** Documents up to this event time had arrived at `asOf`; as it was then, not as it is now. */
export function watermarkAt(
  asOf: number | null,
  { world, now, watermark }: Pick<ServiceStatus, 'world' | 'now' | 'watermark'>,
): number | null {
  if (asOf === null || watermark === null) return watermark;
  const lateness = world === 'replay' ? 0 : now - watermark;
  return Math.min(watermark, asOf - lateness);
}

export function requireOrder(from: number, to: number): void {
  if (from < to) return;
  throw new ProblemError(
    400,
    `The query parameter "from" (${toIso(from)}) must be earlier than "to" (${toIso(to)}).`,
  );
}

export function toIso(time: number): string {
  return new Date(time).toISOString();
}

export function toTopic(value: string | undefined): TopicId | null {
  return TOPIC_IDS.find((topic) => topic === value) ?? null;
}
