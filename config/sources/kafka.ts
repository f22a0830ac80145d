import { z } from 'zod';

import { KAFKA_URL, kafkaConnection } from '../kafka-connection.js';
import { fieldPath, sourceFields } from './common.js';

export const kafkaSource = z.strictObject({
  type: z.literal('kafka').describe('Topics of yours with JSON messages, with a mapping of fields.'),
  ...sourceFields({ kind: 'news', credibility: 0.7 }),
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
});
