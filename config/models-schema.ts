import { z } from 'zod';

import { rules } from './rules-schema.js';
import { secretReferenceSchema } from './secret-reference.js';

const encoder = z.strictObject({
  device: z
    .enum(['auto', 'cpu', 'webgpu', 'cuda', 'tfjs', 'tfjs-gpu'])
    .default('cpu')
    .describe(
      'Where it runs. A graphics processor must give the answers of the CPU within 0.001 (a network of int8: 0.01), or the CPU serves and says why; auto takes one that is faster. tfjs is the CPU without ONNX Runtime, several times slower; tfjs-gpu needs @tensorflow/tfjs-node-gpu.',
    ),
  gpuPrecision: z
    .enum(['fp32', 'fp16'])
    .default('fp32')
    .describe(
      'Figures on a graphics processor. fp16 is without the rounding of int8: its scores are others (a version of its own says so), within 0.005 of float32 on the CPU, or fp32 serves.',
    ),
  workers: z
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe('Threads that each hold the model, about 150 MB; as many as processors may be kept busy.'),
  threads: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Processors that one worker uses for a batch; more shorten a batch and cost throughput.'),
  maxBatch: z.int().min(1).max(256).default(16).describe('Texts of one run of the model at most.'),
  maxAgeMs: z
    .int()
    .min(0)
    .max(1_000)
    .default(0)
    .describe('Milliseconds that a batch waits to become full; 0 takes what is there.'),
  deadlineMs: z
    .int()
    .min(100)
    .max(120_000)
    .default(10_000)
    .describe('Milliseconds after which a worker that gives no answer is started again.'),
  cacheMiB: z.int().min(0).max(1_024).default(16).describe('Memory for answers to texts that come again.'),
});

const remote = z.strictObject({
  urls: z
    .array(
      z
        .url({ protocol: /^https?$/ })
        .regex(/^[^@?#]*$/, 'must be an address without user, query or fragment'),
    )
    .max(8)
    .default([])
    .describe(
      'Hosts that run "bellwether models serve" and classify for this installation, in turn; [] runs the model here. Texts go there as they are: use https, or a network of your own.',
    ),
  token: secretReferenceSchema.nullable().default(null).describe('Their models.serve.token.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex')
    .nullable()
    .default(null)
    .meta({ form: 'a SHA-256 in hex' })
    .describe(
      'Hash of the model that they must serve ("bellwether models list --json" there); null takes the one that the first of them has at the start.',
    ),
  deadlineMs: z
    .int()
    .min(100)
    .max(18_000)
    .default(12_000)
    .describe(
      'Milliseconds after which texts that no host has answered are stored unclassified. Longer than models.encoder.deadlineMs of the hosts, so that a text that hangs there costs its own answer and not the host.',
    ),
});

const serve = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address on which "bellwether models serve" listens. Others than this machine need a token.'),
  port: z.int().min(0).max(65_535).default(8430).describe('Its port; 0 takes a free one.'),
  token: secretReferenceSchema
    .nullable()
    .default(null)
    .describe('Bearer token that callers must send; null accepts anyone who reaches the port.'),
});

const MODEL_FORM = 'lexicon, ngram, ngram-research, encoder, encoder-research or imported-NAME';

/** Everything under `models`. */
export const models = z.strictObject({
  sentiment: z
    .string()
    .regex(
      /^(lexicon|(ngram|encoder)(-research)?|imported-[a-z0-9][a-z0-9-]{0,49})$/,
      `must be ${MODEL_FORM}`,
    )
    .default('encoder')
    .meta({ form: MODEL_FORM })
    .describe(
      'Model for sentiment and topic. Those named -research also saw research-only texts: not for commercial use.',
    ),
  directory: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Folder of model files; null takes the ones of this package.'),
  encoder: encoder.prefault({}).describe('How an encoder runs.'),
  remote: remote.prefault({}).describe('Other machines that run the model.'),
  serve: serve.prefault({}).describe('Running the model for other machines.'),
  foreign: z
    .enum(['abstain', 'flag', 'off'])
    .default('abstain')
    .describe(
      'What becomes of documents whose words are not those of finance, such as recipes: abstain keeps their scores and counts them nowhere, flag only marks them.',
    ),
  rules: rules.prefault({}).describe('Experts that may decide over the model.'),
  approval: z
    .enum(['required', 'none'])
    .default('required')
    .describe('required: a trained candidate serves only when somebody else than its trainer approves it.'),
  challenger: z
    .string()
    .regex(/^[a-z0-9-]{1,80}$/, 'must be a model or a candidate of "bellwether models candidates"')
    .nullable()
    .default(null)
    .meta({ form: 'a model, or a candidate of "bellwether models candidates"' })
    .describe(
      'Another model that reads a share of the documents beside the one that serves, for comparison.',
    ),
  challengerShare: z
    .number()
    .min(0.001)
    .max(1)
    .default(0.1)
    .describe('Share of the documents that the challenger reads, while there is time for it.'),
});
