import type * as rdkafka from 'node-rdkafka';

import { ConfigError } from '../../core/errors.js';

export type KafkaClient = typeof rdkafka;

/**
 * Loads the Kafka client. It is compiled where it is used, because its package brings no binaries.
 *
 * Throws ConfigError `kafka_client_missing` with the command that mends it.
 */
export async function loadKafkaClient(): Promise<KafkaClient> {
  try {
    const loaded = (await import('node-rdkafka')) as KafkaClient & { readonly default?: KafkaClient };
    return loaded.default ?? loaded;
  } catch (error) {
    throw new ConfigError(
      'kafka_client_missing',
      'The Kafka client is not compiled on this machine. Run "npm run build:kafka" once (it needs g++, make, python3 and the headers of OpenSSL and zlib), or use log.url file:.',
      { cause: error },
    );
  }
}
