import { z } from 'zod';

import { parseFieldPath } from '../../pipeline/core/mapping.js';

import { secretReferenceSchema } from '../secret-reference.js';
import { fetchFields, sourceFields } from './common.js';
import { mappingSchema } from './mapping.js';

const message = z.string().min(1).max(10_000);

const resume = z
  .strictObject({
    path: z
      .string()
      .refine((path) => parseFieldPath(path) !== null, { error: 'must be a place in a message, such as seq' })
      .describe('Place in a message that says how far the stream is.'),
    parameter: z.string().min(1).max(64).optional().describe('Parameter of the address that takes it.'),
    message: message.optional().describe('Message after connecting that takes it in place of {cursor}.'),
  })
  .refine(({ parameter, message: sent }) => parameter !== undefined || sent !== undefined, {
    error: 'needs a parameter or a message',
  });

export const websocketSource = z.strictObject({
  type: z.literal('websocket').describe('A WebSocket with JSON messages, with a mapping of fields.'),
  ...sourceFields({ kind: 'news', credibility: 0.7 }),
  ...fetchFields,
  url: z.url({ protocol: /^wss?$/ }).describe('Address, wss or ws, without secrets in it.'),
  auth: z
    .strictObject({
      header: z
        .string()
        .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header, such as X-Api-Key')
        .default('Authorization')
        .describe('Header that carries the secret.'),
      prefix: z.string().max(32).default('').describe('What stands before it, such as "Bearer ".'),
      secret: secretReferenceSchema.describe('Key or token.'),
    })
    .nullable()
    .default(null)
    .describe('A secret header of the handshake.'),
  login: secretReferenceSchema
    .nullable()
    .default(null)
    .describe('A whole first message that holds a secret, such as {"action":"auth","key":"…"}.'),
  messages: z.array(message).max(100).default([]).describe('Messages that subscribe, sent after connecting.'),
  heartbeat: z
    .strictObject({
      message: message.describe('What is sent.'),
      everySeconds: z.int().min(1).max(3_600).describe('Seconds between two.'),
    })
    .nullable()
    .default(null)
    .describe('A message that the service wants to see now and then; pings of the protocol are sent anyway.'),
  resume: resume
    .nullable()
    .default(null)
    .describe('How to go on after a break; null where the service cannot.'),
  silenceSeconds: z
    .int()
    .min(30)
    .max(86_400)
    .default(60)
    .describe('A connection that brings neither a message nor an answer to a ping for so long is made anew.'),
  mapping: mappingSchema,
});
