import { z } from 'zod';

import { secretReferenceSchema } from './secret-reference.js';
import { KAFKA_URL, kafkaConnection } from './kafka-connection.js';

const kafka = z.strictObject({
  ...kafkaConnection,
  topicPrefix: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{0,100}$/, 'must be letters, digits, dots, hyphens and underscores')
    .default('bellwether.')
    .describe('Goes before the names of topics and groups, so that installations share a cluster.'),
  partitions: z
    .int()
    .min(1)
    .max(1000)
    .default(6)
    .describe(
      'Partitions of documents.raw when it is made; as many UNDERSTAND instances share the work. Never change it.',
    ),
  replication: z.int().min(1).max(9).default(1).describe('Copies of each partition when topics are made.'),
  instanceId: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,100}$/, 'must be letters, digits, dots, hyphens and underscores')
    .nullable()
    .default(null)
    .describe('Stable name of this instance (the pod name): a restart within the session moves no work.'),
});

export const log = z.strictObject({
  url: z
    .string()
    .refine(
      (url) => url === 'file:' || KAFKA_URL.test(url),
      'must be file: or kafka://HOST:PORT, several brokers separated by commas',
    )
    .default('file:')
    .meta({ form: 'file: or kafka://HOST:PORT,…' })
    .describe('The durable log: file: is the embedded one inside the data folder, kafka: a cluster.'),
  kafka: kafka.prefault({}).describe('The cluster, when url is kafka:.'),
  retentionDays: z
    .number()
    .min(0.01)
    .max(3650)
    .default(7)
    .describe('Processed messages are kept this long, days.'),
  retentionBytes: z
    .int()
    .min(10_000_000)
    .default(5_000_000_000)
    .describe(
      'Processed messages beyond this size are dropped oldest first, bytes. Unprocessed ones never are.',
    ),
  maxBytes: z
    .int()
    .min(10_000_000)
    .nullable()
    .default(null)
    .describe(
      'The embedded log takes no more documents beyond this size, processed and unprocessed, bytes: senders get 503 log_full until there is room. null: only the disk limits it.',
    ),
  maxUnfinishedDocuments: z
    .int()
    .min(1)
    .max(100_000)
    .default(2000)
    .describe('Documents a stage may have pulled and not finished; beyond it the stage waits.'),
  maxUnfinishedBytes: z
    .int()
    .min(1_000_000)
    .max(1_000_000_000)
    .default(16_000_000)
    .describe('The same in bytes.'),
});

const listen = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether the read-only endpoint is served.'),
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  port: z.int().min(0).max(65_535).default(8123).describe('Port; 0 takes a free one.'),
  user: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must be letters, digits, hyphens and underscores')
    .default('grafana')
    .describe('The read-only user.'),
  password: secretReferenceSchema.nullable().default(null).describe('Its password; the endpoint needs one.'),
  maxSeconds: z.number().min(0.1).max(300).default(10).describe('Longest query, seconds.'),
  maxMemoryBytes: z.int().min(10_000_000).default(500_000_000).describe('Most memory of a query, bytes.'),
  maxRows: z.int().min(1).max(10_000_000).default(100_000).describe('Most rows of an answer.'),
});

export const clickhouse = z.strictObject({
  url: z
    .string()
    .refine(
      (url) => url === 'chdb:' || (/^https?:\/\/[^\s@]+$/.test(url) && URL.canParse(url)),
      'must be chdb: or http(s)://HOST:PORT, without user and password',
    )
    .default('chdb:')
    .meta({ form: 'chdb: or http(s)://HOST:PORT' })
    .describe('The analytics store: chdb: is ClickHouse inside this process, http(s): a server.'),
  database: z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/, 'must be a plain name')
    .default('bellwether')
    .describe('Database on the server; made by migrate when missing.'),
  user: z.string().min(1).max(100).default('default').describe('User on the server.'),
  password: secretReferenceSchema.nullable().default(null).describe('Password on the server.'),
  caFile: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("Certificate authority of the server (PEM); null takes the system's."),
  cluster: z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_-]{0,62}$/, 'must be a plain name')
    .nullable()
    .default(null)
    .describe('Cluster on which replicated tables are made; null makes plain tables on one server.'),
  listen: listen
    .prefault({})
    .describe('A read-only ClickHouse HTTP endpoint over the embedded store, for Grafana and SQL clients.'),
});

const days = (meaning: string) => z.number().min(1).max(36_500).nullable().default(null).describe(meaning);

export const retention = z.strictObject({
  newsDays: days('News documents and their mentions, days after publication; null keeps them.'),
  socialDays: days('Posts, likewise.'),
  filingDays: days('Filings, likewise.'),
  researchDays: days('Research, likewise.'),
  feedbackDays: days('Customer feedback, likewise.'),
  rollUpMinuteDays: days('Minute windows of the series; hours and days are kept.'),
  deadLetterDays: days('Original bytes of dead letters.'),
  alertDays: days('Alerts and their evidence.'),
});
