import { z } from 'zod';

import { SOURCE_KINDS } from '../pipeline/core/document.js';
import { secretReferenceSchema } from './secret-reference.js';

export const KAFKA_URL = /^kafka:\/\/[^\s/,@]+:\d+(,[^\s/,@]+:\d+)*$/;

/** How a Kafka cluster is reached; the log and Kafka sources share the form. */
export const kafkaConnection = {
  security: z
    .enum(['plaintext', 'ssl', 'sasl_plaintext', 'sasl_ssl'])
    .default('plaintext')
    .describe('Protocol of the brokers; outside one machine use ssl or sasl_ssl.'),
  caFile: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("Certificate authority (PEM); null takes the system's."),
  certificateFile: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Client certificate (PEM), for mutual TLS.'),
  keyFile: z.string().min(1).nullable().default(null).describe('Key of the client certificate (PEM).'),
  mechanism: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
    .default('SCRAM-SHA-512')
    .describe('SASL mechanism.'),
  username: z.string().min(1).nullable().default(null).describe('SASL user.'),
  password: secretReferenceSchema.nullable().default(null).describe('SASL password.'),
};

const sourceId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and hyphens, at most 64');

const rssSource = z.strictObject({
  type: z.literal('rss').describe('An RSS or Atom feed that is polled.'),
  id: sourceId.describe(
    'Identity of the source; part of the id of each of its documents, so never change it.',
  ),
  url: z.url({ protocol: /^https?$/ }).describe('Address of the feed, http or https.'),
  name: z.string().min(1).max(200).describe('Name as people see it.'),
  kind: z.enum(SOURCE_KINDS).default('news').describe('What the documents are; counted and shown apart.'),
  everySeconds: z
    .int()
    .min(60)
    .max(86_400)
    .default(300)
    .describe('Seconds between two polls; a feed may ask for longer pauses, which are kept.'),
  language: z.string().min(2).max(35).nullable().default(null).describe('Language hint; null to detect it.'),
  licence: z.string().max(500).nullable().default(null).describe('Terms of use, kept with every document.'),
  credibility: z.number().min(0).max(1).default(0.7).describe('0 (worthless) to 1 (authoritative).'),
  enabled: z.boolean().default(true).describe('False keeps the entry and does not poll it.'),
});

const demoSource = z.strictObject({
  type: z.literal('demo').describe('Invented companies and texts, for a world of its own.'),
  id: sourceId.default('demo').describe('Identity of the source.'),
  seed: z.int().min(0).max(4_294_967_295).default(1).describe('Another seed tells another story.'),
  enabled: z.boolean().default(true).describe('False keeps the entry and does not run it.'),
});

const fieldPath = z
  .string()
  .regex(/^[^.\s]+(\.[^.\s]+){0,7}$/, 'must be names separated by dots, such as payload.headline');

const kafkaSource = z.strictObject({
  type: z.literal('kafka').describe('Topics of yours with JSON messages, with a mapping of fields.'),
  id: sourceId.describe(
    'Identity of the source; part of the id of each of its documents, so never change it.',
  ),
  brokers: z
    .string()
    .regex(KAFKA_URL, 'must be kafka://HOST:PORT, several brokers separated by commas')
    .describe('Address of the cluster.'),
  topic: z.string().min(1).max(249).describe('Topic to read.'),
  group: z
    .string()
    .min(1)
    .max(200)
    .default('bellwether')
    .describe('Consumer group; its committed offsets say what is taken.'),
  ...kafkaConnection,
  mapping: z
    .partialRecord(
      z.enum([
        'nativeId',
        'url',
        'title',
        'text',
        'html',
        'publishedAt',
        'author',
        'language',
        'tickers',
        'action',
        'modifiedAt',
      ]),
      fieldPath,
    )
    .default({})
    .describe(
      'Field of a document: place in the message. Without it the messages are documents in our own form.',
    ),
  name: z.string().min(1).max(200).describe('Name as people see it.'),
  kind: z.enum(SOURCE_KINDS).default('news').describe('What the documents are; counted and shown apart.'),
  licence: z.string().max(500).nullable().default(null).describe('Terms of use, kept with every document.'),
  credibility: z.number().min(0).max(1).default(0.7).describe('0 (worthless) to 1 (authoritative).'),
  enabled: z.boolean().default(true).describe('False keeps the entry and does not read it.'),
});

export const sourceSchema = z.discriminatedUnion('type', [rssSource, demoSource, kafkaSource]);
