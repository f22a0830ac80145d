import { z } from 'zod';

import { KAFKA_URL, kafkaConnection } from '../kafka-connection.js';
import { sourceFields } from './common.js';
import { mappingSchema } from './mapping.js';

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
  mapping: mappingSchema,
});
