import { setTimeout as pause } from 'node:timers/promises';

import type {
  KafkaConsumer,
  LibrdKafkaError,
  Metadata,
  Producer,
  TopicPartition,
  TopicPartitionOffset,
} from 'node-rdkafka';

import { BellwetherError, RejectedError, UnavailableError } from '../../core/errors.js';
import { explainRefusal, refusedBroker, type ConnectionTarget } from './connection-errors.js';

/*
 * The client's calls as promises. Every one is bounded in time: a broker that is away must not hold up a stop.
 */

export const CALL_MS = 10_000;
const CONNECT_MS = 20_000;
const ATTEMPT_MS = 4_000;
const DISCONNECT_MS = 8_000;

/** librdkafka's numbers that decide something here. */
export const CODE = {
  queueFull: -184,
  assignPartitions: -175,
  revokePartitions: -174,
  noOffset: -168,
  invalidSetting: -172,
  fatal: -150,
  /** Of our own. */
  givenUp: -99_999,
  offsetReset: -140,
  tooLarge: 10,
  topicExists: 36,
} as const;

/** No leader, another leader, not known yet. */
const MOVING = new Set([3, 5, 6]);
const MOVING_MS = 50;

/** The client's error events carry words and no code (node-rdkafka 3.6). */
export function isFatal(error: { readonly message: string; readonly isFatal?: boolean }): boolean {
  return error.isFatal === true || /fatal error/i.test(error.message) || /fenced/i.test(error.message);
}

type AnyClient = Producer | KafkaConsumer;

/**
 * Resolves when a broker has answered. Rejects with a retriable UnavailableError that names cause and mending: at once when
 * every broker refuses us (`kafka_tls`, `kafka_authentication`), after `connectMs` when none answers (`log_unavailable`).
 */
export async function connect(client: AnyClient, target: ConnectionTarget): Promise<void> {
  const refusals = new Map<string, string>();
  let last: string | null = null;
  const brokers = target.brokers.split(',').length;
  let refuse: (() => void) | null = null;
  // Without a listener an error event would end the process; what matters is in the callbacks and in the log.
  (client as Producer).on('event.error', () => undefined);
  (client as Producer).on('event.log', ({ message }: { message: string }) => {
    last = message;
    const broker = refusedBroker(message);
    if (broker === null) return;
    refusals.set(broker, message);
    if (refusals.size >= brokers) refuse?.();
  });
  try {
    const deadline = performance.now() + (target.connectMs ?? CONNECT_MS);
    while (!(await attempt(client, deadline, (give) => (refuse = give)))) refuse = null;
  } catch (error) {
    client.removeAllListeners('event.log');
    void disconnect(client);
    throw await explainRefusal([...refusals.values()][0] ?? last ?? unusableSetting(error), target);
  }
  client.removeAllListeners('event.log');
}

/**
 * Asks once whether a broker answers, for a short time: asking holds one of the few threads of the process. False: ask again.
 * Rejects after the deadline, when it is told to give up, and when the client cannot even be made.
 */
async function attempt(
  client: AnyClient,
  deadline: number,
  onStart: (giveUp: () => void) => void,
): Promise<boolean> {
  try {
    await bounded<unknown>(CONNECT_MS, 'connect', (done) => {
      onStart(() => {
        done({ code: CODE.givenUp, message: 'refused' } as LibrdKafkaError, undefined);
      });
      client.connect({ allTopics: false, timeout: ATTEMPT_MS }, done);
    });
    return true;
  } catch (error) {
    const code = error instanceof BellwetherError ? codeOf(error.cause) : null;
    if (code === CODE.givenUp || code === CODE.invalidSetting || performance.now() > deadline) throw error;
    return false;
  }
}

/** What librdkafka says about a file or a setting before it connects at all. */
function unusableSetting(error: unknown): string | null {
  const cause = error instanceof Error ? error.cause : null;
  return codeOf(cause) === CODE.invalidSetting ? describe(cause) : null;
}

/** Tells of refusals while a client is in use: a certificate that has expired, a password that was changed. */
export function watchRefusals(
  client: AnyClient,
  target: ConnectionTarget,
  onFailure: (error: BellwetherError) => void,
): void {
  (client as Producer).on('event.log', ({ message }: { message: string }) => {
    if (refusedBroker(message) === null) return;
    // It resolves with an error, and never rejects.
    void explainRefusal(message, target).then(onFailure);
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

/** Gives partitions back. Never throws: a consumer that is closed has none. */
export function letGo(consumer: KafkaConsumer, partitions: readonly TopicPartition[]): void {
  try {
    consumer.incrementalUnassign([...partitions]);
  } catch {
    try {
      consumer.unassign();
    } catch {
      // Closed meanwhile.
    }
  }
}

/** Goes on at the offset. */
export async function seek(consumer: KafkaConsumer, place: TopicPartitionOffset): Promise<void> {
  await bounded(CALL_MS, 'seek', (done) => {
    consumer.seek(place, 5_000, (error) => {
      done(error, undefined);
    });
  });
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
