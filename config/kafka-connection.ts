import { z } from 'zod';

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
