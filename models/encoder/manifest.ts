import { z } from 'zod';
import { RejectedError } from '../../pipeline/core/errors.js';
import { CERTAINTIES } from '../../pipeline/core/scored.js';
import { SENTIMENT_LABELS, TOPIC_IDS } from '../../pipeline/core/taxonomy.js';

const MAX_GOLDEN = 100;
const probability = z.number().min(0).max(1);
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be a plain file name');

/** Probabilities are softmax(logits / temperature + bias). */
const calibration = z.object({
  temperature: z.number().min(0.05).max(20),
  bias: z.tuple([z.number(), z.number(), z.number()]),
});

/** A model of somebody else's: one output of sentiment in an order of its own; its topics come from another of our models. */
const foreign = z.object({
  output: z.string().min(1).max(200),
  order: z.array(z.enum(SENTIMENT_LABELS)).length(SENTIMENT_LABELS.length),
  topics: z.string().min(1),
});

/**
 * Another of our models that has a share in the sentiment: the answer is the weighted geometric mean of the probabilities, `weight`
 * being the other one's, made as sure as it is right by `temperature`. Two models of different kinds err differently, and the mean is
 * right more often than either.
 */
const blend = z.object({
  ladder: z.string().min(1),
  weight: z.number().gt(0).lt(1),
  temperature: z.number().min(0.2).max(5).default(1),
});

const served = z.object({
  model: fileName,
  tokenizer: fileName,
  /** With both ends. */
  maxTokens: z.int().min(8).max(512),
  /** The network has learned from texts whose addresses are one token; see `withOneTokenLinks`. */
  oneTokenLinks: z.boolean().optional(),
  calibration: z.object({ news: calibration, post: calibration }),
  /** A topic counts from this probability on; the best one always does. */
  topicThreshold: probability,
  foreign: foreign.optional(),
  blend: blend.optional(),
});

const manifestSchema = z.object({
  format: z.literal('bellwether-encoder'),
  formatVersion: z.literal(1),
  name: z.string().min(1).max(60),
  version: z.string().min(1).max(60),
  labels: z.tuple([z.literal('negative'), z.literal('neutral'), z.literal('positive')]),
  topics: z.array(z.enum(TOPIC_IDS)).length(TOPIC_IDS.length),
  certainties: z.tuple([z.literal('fact'), z.literal('opinion'), z.literal('rumour')]),
  files: z.record(fileName, z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex')),
  languages: z.object({
    en: z.union([served, z.object({ ladder: z.string().min(1) })]),
    zh: z.union([served, z.object({ ladder: z.string().min(1) })]),
  }),
  golden: z
    .array(
      z.object({
        text: z.string().min(1).max(2_000),
        language: z.enum(['en', 'zh']),
        kind: z.enum(['news', 'post']),
        probabilities: z.tuple([probability, probability, probability]),
      }),
    )
    .min(1)
    .max(MAX_GOLDEN),
  shippable: z.boolean(),
  /** What somebody else asks of those who use it; an imported model must say. */
  licence: z.string().min(1).optional(),
});

export type EncoderManifest = z.infer<typeof manifestSchema>;
export type ServedLanguage = z.infer<typeof served>;
export type Blend = z.infer<typeof blend>;
export type Calibration = z.infer<typeof calibration>;

export const ENCODER_FORMAT = 'bellwether-encoder';
/** What the outputs `sentiment`, `topics` and `certainty` count. */
export const OUTPUT_SIZES = {
  sentiment: SENTIMENT_LABELS.length,
  topics: TOPIC_IDS.length,
  certainty: CERTAINTIES.length,
} as const;

/**
 * Reads what `model.json` of an encoder says.
 *
 * Throws RejectedError `model_format`, naming file, field and reason: another format or version, labels that are unknown,
 * missing or in another order, a topic that stands twice, a file without a hash, no language at all.
 */
export function parseEncoderManifest(json: unknown, folder: string): EncoderManifest {
  const refuse = (problem: string) => new RejectedError('model_format', `${folder}: model.json, ${problem}.`);
  const result = manifestSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw refuse(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const manifest = result.data;
  if (new Set(manifest.topics).size !== manifest.topics.length) throw refuse('topics: a name stands twice');
  const languages = servedLanguages(manifest);
  if (languages.length === 0) throw refuse('languages: none of them is served by this model');
  for (const [language, { model, tokenizer, foreign: other }] of languages) {
    for (const file of [model, tokenizer]) {
      if (manifest.files[file] === undefined)
        throw refuse(`languages.${language}: files has no hash of ${file}`);
    }
    if (other !== undefined && new Set(other.order).size !== other.order.length)
      throw refuse(`languages.${language}.foreign.order: a label stands twice`);
  }
  return manifest;
}

/** The languages that have a network of their own, with what it needs. */
export function servedLanguages({
  languages,
}: Pick<EncoderManifest, 'languages'>): readonly (readonly ['en' | 'zh', ServedLanguage])[] {
  return (['en', 'zh'] as const).flatMap((language) => {
    const entry = languages[language];
    return 'ladder' in entry ? [] : [[language, entry] as const];
  });
}
