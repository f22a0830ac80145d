import { z } from 'zod';

import { ConfigError } from '../../pipeline/core/errors.js';
import type { Classification } from '../../pipeline/core/model.js';
import type { ModelVersion } from '../../pipeline/core/scored.js';
import { SENTIMENT_LABELS, TOPIC_IDS } from '../../pipeline/core/taxonomy.js';

/*
 * What goes over the wire between an installation and a host that classifies for it: JSON both ways. A request names the
 * model by its hash; a host that serves another one answers 409 and classifies nothing.
 */

export const MODEL_PATH = '/v1/model';
export const CLASSIFY_PATH = '/v1/classify';

/** Texts of one request at most. */
export const MAX_TEXTS = 128;
/** A request in bytes at most. */
export const MAX_REQUEST_BYTES = 4 * 2 ** 20;
/** An answer in bytes at most: 128 texts with 32 companies each need below 1 MB. */
export const MAX_ANSWER_BYTES = 16 * 2 ** 20;
/** Codes of refusals that are the fault of a text, whichever host is asked; all others are the host's. */
export const TEXT_REFUSALS: readonly string[] = ['text_refused', 'too_large'];
const MAX_MENTIONS = 1_000;
const MAX_SPANS = 10_000;

/**
 * Throws ConfigError `token_unusable` for a token that no header can carry. Asked first, because `fetch` would quote it in its
 * error.
 */
export function checkToken(token: string | null, option: string): void {
  if (token === null || /^[\x21-\x7e]+$/.test(token)) return;
  const words =
    'holds a blank, a line break or a character that is not ASCII, which no HTTP header can carry';
  throw new ConfigError('token_unusable', `${option} ${words}. Choose another token.`);
}

const place = z.int().min(0).max(MAX_REQUEST_BYTES);

export const requestSchema = z.strictObject({
  model: z.string().min(1).max(100),
  inputs: z
    .array(
      z.strictObject({
        text: z.string().max(MAX_REQUEST_BYTES),
        language: z.string().max(35),
        sentimentOnly: z.literal(true).optional(),
        mentions: z
          .array(z.array(z.tuple([place, place])).max(MAX_SPANS))
          .max(MAX_MENTIONS)
          .optional(),
      }),
    )
    .min(1)
    .max(MAX_TEXTS),
});
export type ClassifyRequest = z.infer<typeof requestSchema>;

/** Whether nothing but bounds of single texts speaks against a request; a field that is not known is a matter of versions. */
export function isFaultOfTexts({ issues }: z.core.$ZodError): boolean {
  return issues.every(
    ({ code, path: [field, index] }) =>
      (code === 'too_big' || code === 'too_small') && field === 'inputs' && typeof index === 'number',
  );
}

const refusal = z.object({ error: z.object({ code: z.string().max(60) }) });

/** The code of a refusal by a host of ours; null for what somebody else says. */
export function parseRefusal(json: unknown): string | null {
  return refusal.safeParse(json).data?.error.code ?? null;
}

const model = z.object({
  name: z.string().min(1).max(60),
  version: z.string().min(1).max(200),
  sha256: z.string().min(1).max(100),
});

const probability = z.number().min(0).max(1);
const sentiment = z.object({
  negative: probability,
  neutral: probability,
  positive: probability,
  polarity: z.number().min(-1).max(1),
  confidence: probability,
  label: z.enum(SENTIMENT_LABELS),
});
const classification = z.object({
  sentiment,
  topics: z.array(z.object({ topic: z.enum(TOPIC_IDS), probability })).max(TOPIC_IDS.length),
  flags: z.array(z.string().max(40)).max(20),
  mentions: z.array(sentiment.nullable()).max(MAX_MENTIONS).optional(),
  intensity: z.number().min(-1).max(1).optional(),
  unanswered: z.literal(true).optional(),
});
const answers = z.object({ model: z.string(), answers: z.array(classification).max(MAX_TEXTS) });

/** Null for anything that is not the description of a model. */
export function parseModel(json: unknown): ModelVersion | null {
  return model.safeParse(json).data ?? null;
}

/** Null for anything but one sound answer to each of `texts` questions, by the model that was asked. */
export function parseAnswers(
  json: unknown,
  { texts, model: asked }: { readonly texts: number; readonly model: string },
): readonly Classification[] | null {
  const { data } = answers.safeParse(json);
  if (data?.model !== asked || data.answers.length !== texts) return null;
  return data.answers.map(withoutAbsent);
}

function withoutAbsent({
  mentions,
  intensity,
  unanswered,
  ...always
}: z.infer<typeof classification>): Classification {
  return {
    ...always,
    ...(mentions === undefined ? {} : { mentions }),
    ...(intensity === undefined ? {} : { intensity }),
    ...(unanswered === undefined ? {} : { unanswered }),
  };
}
