import { setTimeout as pause } from 'node:timers/promises';

import type { KafkaConsumer, LibrdKafkaError, Metadata, Producer, TopicPartition } from 'node-rdkafka';

import { BellwetherError, RejectedError, UnavailableError } from '../../core/errors.js';

/*
 * The client's calls as promises. Every one is bounded in time: a broker that is away must not hold up a stop.
 */

export const CALL_MS = 10_000;
const CONNECT_MS = 20_000;
const DISCONNECT_MS = 8_000;

/** librdkafka's numbers that decide something here. */
export const CODE = {
  queueFull: -184,
  assignPartitions: -175,
  revokePartitions: -174,
  noOffset: -168,
  offsetReset: -140,
  tooLarge: 10,
  topicExists: 36,
} as const;

/** No leader, another leader, not known yet. */
const MOVING = new Set([3, 5, 6]);
const MOVING_MS = 50;

type AnyClient = Producer | KafkaConsumer;

export async function connect(client: AnyClient): Promise<Metadata> {
  return bounded(CONNECT_MS, 'connect', (done) => {
    // Without a listener an error event would end the process; what matters is in the callbacks.
    (client as Producer).on('event.error', () => undefined);
    client.connect({ allTopics: false, timeout: CONNECT_MS - 1_000 }, done);
  });
}

/** Never rejects: a client that cannot say goodbye is left to the end of the process. */
export async function disconnect(client: AnyClient): Promise<void> {
  if (!client.isConnected()) return;
  await bounded(DISCONNECT_MS, 'disconnect', (done) => {
    client.disconnect((error: LibrdKafkaError | null) => {
      done(error, undefined);
    });
  }).catch(() => undefined);
}

/** First and one past the last offset that the broker has. A partition that is new or moves is asked for again. */
export async function watermarks(
  client: AnyClient,
  place: TopicPartition,
): Promise<{ readonly low: number; readonly high: number }> {
  const deadline = performance.now() + CALL_MS;
  for (;;) {
    try {
      return await askWatermarks(client, place);
    } catch (error) {
      const code = error instanceof BellwetherError ? codeOf(error.cause) : null;
      if (code === null || !MOVING.has(code) || performance.now() > deadline) throw error;
      await pause(MOVING_MS);
    }
  }
}

async function askWatermarks(
  client: AnyClient,
  { topic, partition }: TopicPartition,
): Promise<{ readonly low: number; readonly high: number }> {
  const { lowOffset, highOffset } = await bounded<{ lowOffset: number; highOffset: number }>(
    CALL_MS,
    'queryWatermarkOffsets',
    (done) => {
      client.queryWatermarkOffsets(topic, partition, CALL_MS - 1_000, done);
    },
  );
  return { low: lowOffset, high: highOffset };
}

/** Committed offsets of the consumer's group by partition; a partition without one is absent. */
export async function committedOffsets(
  consumer: KafkaConsumer,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<number, number>> {
  if (partitions.length === 0) return new Map();
  const found = await bounded<readonly { partition: number; offset?: number }[]>(
    CALL_MS,
    'committed',
    (done) => {
      consumer.committed([...partitions], CALL_MS - 1_000, done);
    },
  );
  const offsets = new Map<number, number>();
  for (const { partition, offset } of found) {
    if (typeof offset === 'number' && offset >= 0) offsets.set(partition, offset);
  }
  return offsets;
}

/** Ids of the topic's partitions; empty while there is no such topic. */
export async function partitionIds(client: AnyClient, topic: string): Promise<readonly number[]> {
  const metadata = await bounded<Metadata>(CALL_MS, 'getMetadata', (done) => {
    client.getMetadata({ topic, timeout: CALL_MS - 1_000 }, done);
  });
  const found = metadata.topics.find(({ name }) => name === topic);
  return (found?.partitions ?? []).map(({ id }) => id).sort((a, b) => a - b);
}

/** What the client says, as one of our errors. */
export function toLogError(error: unknown, doing: string): BellwetherError {
  if (error instanceof BellwetherError) return error;
  const message = error instanceof Error ? error.message : describe(error);
  if (codeOf(error) === CODE.tooLarge) {
    return new RejectedError(
      'message_too_large',
      'The log refuses a message that is larger than the topic allows (max.message.bytes).',
      { cause: error },
    );
  }
  return new UnavailableError('log_unavailable', `Kafka does not answer (${doing}): ${message}`, {
    cause: error,
    retriable: true,
  });
}

export function codeOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'number' ? error.code : null;
}

function describe(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}

type Done<T> = (error: LibrdKafkaError | null | undefined, value: T) => void;

export function bounded<T>(ms: number, doing: string, start: (done: Done<T>) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(toLogError(new Error(`no answer within ${ms / 1_000} s`), doing));
    }, ms);
    const done: Done<T> = (error, value) => {
      clearTimeout(timer);
      if (error === null || error === undefined) resolve(value);
      else reject(toLogError(error, doing));
    };
    try {
      start(done);
    } catch (error) {
      clearTimeout(timer);
      reject(toLogError(error, doing));
    }
  });
}
