import { z } from 'zod';

import { SOURCE_KINDS } from '../pipeline/core/document.js';
import { models } from './models-schema.js';
import type { Secret } from './secret.js';
import { secretReferenceSchema, type SecretReference } from './secret-reference.js';
import { sourceSchema } from './source-schema.js';
import { clickhouse, log, retention } from './storage-schema.js';

/*
 * Every option of the service, once: its type, range, default and meaning. The loader, the words of its errors,
 * `config/default.yaml` and the table of options all come from here.
 */

const http = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. Others than this machine need webhook.token.'),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(8420)
    .describe('Port of page, API and webhook; 0 takes a free one.'),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe(
      'Address under which people reach the page, for links in mails; null derives it from host and port.',
    ),
  maxBodyBytes: z
    .int()
    .min(1024)
    .max(104_857_600)
    .default(10_485_760)
    .describe('Largest accepted webhook body, bytes; a larger one is answered with 413.'),
});

const metrics = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address on which /metrics listens.'),
  port: z.int().min(0).max(65_535).default(8421).describe('Port of /metrics; 0 takes a free one.'),
});

const fetching = z.strictObject({
  contact: z
    .string()
    .regex(
      /^(https?:\/\/[!-~]{3,200}|[!-?A-~]{1,64}@[!-?A-~]{3,200})$/,
      'must be an e-mail address or an http or https address',
    )
    .nullable()
    .default(null)
    .meta({ form: 'an e-mail address or an http or https address' })
    .describe('Who runs this, told to every server that is asked (User-Agent). SEC EDGAR refuses without.'),
  hostGapMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(1_000)
    .describe('Milliseconds between the starts of two requests to one host, all sources together.'),
});

const webhook = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether POST /ingest/v1/documents is served.'),
  token: secretReferenceSchema
    .nullable()
    .default(null)
    .describe('Bearer token that callers must send; null accepts anyone who reaches the port.'),
});

const instruments = z.strictObject({
  files: z
    .array(z.string().min(1))
    .max(20)
    .default([])
    .describe('Further instrument lists (JSON lines), added to the built-in one.'),
});

const ruleOverride = z.strictObject({
  id: z.string().min(1).max(64).describe('Which rule.'),
  threshold: z
    .number()
    .positive()
    .optional()
    .describe('Standard deviations above the expected at which it fires.'),
  clearThreshold: z
    .number()
    .nonnegative()
    .optional()
    .describe('Below this it resolves; lower than threshold.'),
  minDocuments: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Fewer documents that the model could judge in the window never fire.'),
  minHistoryDays: z.number().min(0).max(365).optional().describe('With less history nothing fires.'),
  windowHours: z.int().min(1).max(720).optional().describe('Length of the trailing window, hours.'),
  cooldownHours: z.number().min(0).max(720).optional().describe('Pause after an alert, hours.'),
});

const alerts = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether rules are evaluated.'),
  evaluateEverySeconds: z.number().min(1).max(3600).default(3).describe('Seconds between two evaluations.'),
  rules: z
    .array(ruleOverride)
    .max(50)
    .nullable()
    .default(null)
    .describe('Changes to the built-in rules, by id; null keeps them as they are.'),
});

const mail = z.strictObject({
  url: z
    .string()
    .refine(
      (url) => url === 'outbox:',
      'names a way to send mail that this version does not have; mails are written to the outbox',
    )
    .default('outbox:')
    .meta({ choices: ['outbox:'] })
    .describe(
      'outbox: writes .eml files to the folder outbox inside the data folder and shows them on the page.',
    ),
  from: z.email().default('bellwether@localhost.localdomain').describe('Sender.'),
  to: z
    .array(z.email())
    .min(1)
    .max(50)
    .default(['risk@localhost.localdomain'])
    .describe('Receivers of alerts.'),
  language: z.enum(['en', 'zh']).default('en').describe('Language of the mails.'),
});

const cost = z.strictObject({
  cpuHour: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('Price of an hour of one processor core, in any currency; null tells no cost.'),
  wattsPerCore: z
    .number()
    .min(0)
    .max(1000)
    .default(10)
    .describe(
      'What a busy core draws, its share of the machine included: an estimate of yours, nothing is measured.',
    ),
  budgetPerThousand: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      'Cost of a thousand documents, in the currency of cpuHour, above which Prometheus warns; null never warns.',
    ),
});

const telemetry = z.strictObject({
  cost: cost.prefault({}).describe('What a thousand documents cost.'),
  logLevel: z
    .enum(['silent', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('The least important log lines that are written.'),
});

const privacy = z.strictObject({
  authorKey: secretReferenceSchema
    .nullable()
    .default(null)
    .describe(
      'Key with which author names are turned into pseudonyms; null keeps no author that is not a pseudonym already.',
    ),
  formerAuthorKeys: z
    .array(secretReferenceSchema)
    .default([])
    .describe('Keys that were used before, so that "erase --author" finds who was named with them.'),
  maskKinds: z
    .array(z.enum(SOURCE_KINDS))
    .default(['feedback'])
    .describe(
      'Kinds of sources in whose texts e-mail addresses, telephone, identity, card and account numbers are masked before anything is kept.',
    ),
  maskSources: z
    .record(z.string().min(1).max(200), z.boolean())
    .default({})
    .describe('Source id: true masks its texts, false does not, whatever its kind.'),
});

export const configSchema = z.strictObject({
  dataDir: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Data folder; null takes data/demo, data/live or data/replay. A folder holds one of these worlds for ever.',
    ),
  http: http.prefault({}).describe('Page, API and webhook.'),
  metrics: metrics.prefault({}).describe('Prometheus metrics.'),
  log: log.prefault({}).describe('The durable log between the stages.'),
  clickhouse: clickhouse.prefault({}).describe('The analytics store.'),
  retention: retention
    .prefault({})
    .describe('How long each class of data is kept in a live world, whole days in UTC; null keeps it.'),
  models: models.prefault({}).describe('Understanding of text.'),
  languages: z
    .array(z.string().min(2).max(10))
    .max(100)
    .nullable()
    .default(null)
    .describe('Languages to keep, such as [en, zh]; others are dropped and counted. Null keeps all.'),
  sources: z
    .array(sourceSchema)
    .max(1000)
    .default([])
    .describe('Where documents come from; [] is the webhook alone.'),
  fetch: fetching.prefault({}).describe('How sources ask the addresses of others.'),
  webhook: webhook.prefault({}).describe('Documents that others push.'),
  instruments: instruments.prefault({}).describe('Companies that are recognised.'),
  alerts: alerts.prefault({}).describe('Detection.'),
  mail: mail.prefault({}).describe('Notification.'),
  telemetry: telemetry.prefault({}).describe('What the service says about itself.'),
  privacy: privacy.prefault({}).describe('Personal data.'),
});

export type ConfigInput = z.input<typeof configSchema>;
/** As in the file: secrets are still references. */
export type ParsedConfig = z.output<typeof configSchema>;
export type SourceConfig = z.output<typeof sourceSchema>;
export type RuleOverride = z.output<typeof ruleOverride>;

/** The same shape with every reference to a secret replaced by the secret. */
type Revealed<T> = SecretReference extends T
  ? Exclude<T, SecretReference> | Secret
  : T extends readonly (infer Item)[]
    ? Revealed<Item>[]
    : T extends object
      ? { [Key in keyof T]: Revealed<T[Key]> }
      : T;

/** The whole configuration, checked, with defaults filled in and secrets read. Only `pipeline/app` sees all of it. */
export type Config = Revealed<ParsedConfig>;
