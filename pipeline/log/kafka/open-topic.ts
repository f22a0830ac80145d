import type { LogReader } from '../../core/log.js';
import { connectionSettings, type KafkaConnection } from './connection.js';
import { KafkaReader } from './kafka-reader.js';
import { loadKafkaClient } from './load-client.js';
import type { KafkaReaderOptions } from './reader-options.js';

export interface OpenTopicOptions extends Pick<
  KafkaReaderOptions,
  'topic' | 'group' | 'onGap' | 'onFailure' | 'onWorking'
> {
  readonly brokers: string;
  readonly connection: KafkaConnection;
  /** How long brokers are tried, milliseconds; 20 s when left out. */
  readonly connectMs?: number;
}

const SESSION_MS = 10_000;

/**
 * Joins a group on a topic of somebody else, which is never made or changed. Throws ConfigError `kafka_client_missing` or
 * `kafka_credentials_missing`; a retriable UnavailableError that says why when no broker takes us or there is no such topic.
 */
export async function openTopic({
  brokers,
  connection,
  connectMs,
  ...reader
}: OpenTopicOptions): Promise<LogReader> {
  return KafkaReader.open({
    ...reader,
    client: await loadKafkaClient(),
    target: { brokers, connection, ...(connectMs === undefined ? {} : { connectMs }) },
    isForeign: true,
    settings: { ...connectionSettings(brokers, connection), 'client.id': 'bellwether' },
    sessionTimeoutMs: SESSION_MS,
    instanceId: null,
    onRebalance: () => undefined,
  });
}
