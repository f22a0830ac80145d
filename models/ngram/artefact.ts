import { createHash } from 'node:crypto';
import { z } from 'zod';
import { RejectedError } from '../../pipeline/core/errors.js';
import { SENTIMENT_LABELS, TOPIC_IDS } from '../../pipeline/core/taxonomy.js';
import { FEATURE_VERSION } from './extract-features.js';
import { TEXT_KINDS } from './text-kind.js';

/** What `model.json` of an n-gram artefact must say. The weights are signed bytes in `weights.bin`, head after head. */
const headSchema = z.object({
  task: z.enum(['sentiment', 'topic']),
  language: z.enum(['en', 'zh']),
  /** The table has 2^bits buckets; bucket b and class k stand at offset + b · classes + k. */
  bits: z.int().min(8).max(22),
  offset: z.int().min(0),
  /** A byte times its class's scale is the weight. */
  scales: z.array(z.number().positive()),
  bias: z.array(z.number()),
  temperature: z.record(z.enum(TEXT_KINDS), z.number().min(0.05).max(20)),
});

const manifestSchema = z.object({
  format: z.literal('bellwether-ngram'),
  formatVersion: z.literal(1),
  featureVersion: z.literal(FEATURE_VERSION),
  name: z.string().min(1),
  version: z.string().min(1),
  labels: z.array(z.enum(SENTIMENT_LABELS)).length(SENTIMENT_LABELS.length),
  topics: z.array(z.enum(TOPIC_IDS)).length(TOPIC_IDS.length),
  heads: z.array(headSchema).length(4),
  weights: z.object({
    file: z.literal('weights.bin'),
    bytes: z.int().positive(),
    sha256: z.string().length(64),
  }),
  training: z.object({
    seed: z.int(),
    sets: z.array(z.object({ key: z.string(), licence: z.string(), rows: z.int() })),
  }),
  dev: z.record(z.string(), z.record(z.string(), z.number().nullable())),
});

export type NgramManifest = z.infer<typeof manifestSchema>;
export type NgramHeadManifest = z.infer<typeof headSchema>;

export interface NgramArtefact {
  readonly manifest: NgramManifest;
  readonly weights: Int8Array;
}

/** SHA-256 over everything that decides an answer: weights, order of labels and topics, biases, scales, temperatures. */
export function identityOf({ featureVersion, labels, topics, heads, weights }: NgramManifest): string {
  const decisive = JSON.stringify({ featureVersion, labels, topics, heads, weights: weights.sha256 });
  return createHash('sha256').update(decisive).digest('hex');
}

/**
 * Checks the two files of an artefact against each other and against what this program understands.
 *
 * Throws RejectedError naming `file` and reason: `model_format` (not ours, another version, a label or topic list that is
 * missing, unknown or repeated), `model_truncated`, `model_corrupt` (SHA-256).
 */
export function parseArtefact(manifestText: string, weights: Uint8Array, file: string): NgramArtefact {
  const manifest = parseManifest(manifestText, file);
  const { bytes, sha256 } = manifest.weights;
  if (weights.byteLength !== bytes) {
    throw new RejectedError(
      'model_truncated',
      `${file}: weights.bin has ${weights.byteLength} bytes, model.json says ${bytes}.`,
    );
  }
  if (createHash('sha256').update(weights).digest('hex') !== sha256) {
    throw new RejectedError(
      'model_corrupt',
      `${file}: the SHA-256 of weights.bin is not the one in model.json.`,
    );
  }
  for (const head of manifest.heads) checkHead(head, manifest, file);
  return { manifest, weights: new Int8Array(weights.buffer, weights.byteOffset, weights.byteLength) };
}

function parseManifest(text: string, file: string): NgramManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new RejectedError('model_format', `${file}: model.json is not valid JSON.`, { cause });
  }
  const result = manifestSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new RejectedError(
      'model_format',
      `${file}: model.json, ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
    );
  }
  for (const list of ['labels', 'topics'] as const) {
    if (new Set(result.data[list]).size !== result.data[list].length) {
      throw new RejectedError('model_format', `${file}: model.json, ${list}: a name stands twice.`);
    }
  }
  return result.data;
}

/** Number of classes of a head. */
export function classesOf(head: Pick<NgramHeadManifest, 'task'>): number {
  return head.task === 'sentiment' ? SENTIMENT_LABELS.length : TOPIC_IDS.length;
}

function checkHead(head: NgramHeadManifest, manifest: NgramManifest, file: string): void {
  const classes = classesOf(head);
  const where = `${file}: model.json, head ${head.task}/${head.language}`;
  if (head.scales.length !== classes || head.bias.length !== classes) {
    throw new RejectedError('model_format', `${where}: ${classes} scales and biases are needed.`);
  }
  if (head.offset + (classes << head.bits) > manifest.weights.bytes) {
    throw new RejectedError('model_format', `${where}: its table ends after the end of weights.bin.`);
  }
}
