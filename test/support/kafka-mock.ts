import type { Producer } from 'node-rdkafka';

import { PLAINTEXT } from '../../pipeline/log/kafka/connection.js';
import { openKafkaLog, type KafkaLogOptions } from '../../pipeline/log/kafka/kafka-log.js';
import { loadKafkaClient } from '../../pipeline/log/kafka/load-client.js';

export interface MockCluster {
  readonly brokers: string;
  stop(): Promise<void>;
}

/** Whether the Kafka client is compiled here. */
export async function hasKafkaClient(): Promise<boolean> {
  return loadKafkaClient().then(
    () => true,
    () => false,
  );
}

/** librdkafka's own cluster, in this process: topics make themselves, with four partitions. */
export async function startMockCluster(): Promise<MockCluster> {
  const client = await loadKafkaClient();
  const owner: Producer = new client.Producer({ 'test.mock.num.brokers': 1, log_level: 2 } as object);
  owner.on('event.error', () => undefined);
  const brokers = await new Promise<string>((resolve, reject) => {
    owner.connect({ timeout: 10_000 }, (error: { readonly message: string } | null, metadata) => {
      if (error !== null) reject(new Error(error.message));
      else resolve(metadata.brokers.map(({ host, port }) => `${host}:${port}`).join(','));
    });
  });
  return {
    brokers,
    stop: () =>
      new Promise((resolve) => {
        owner.disconnect(() => {
          resolve();
        });
      }),
  };
}

/** Options of a log on a cluster of the tests; what goes wrong is thrown away unless the test looks. */
export function kafkaLogOptions(brokers: string, changes: Partial<KafkaLogOptions> = {}): KafkaLogOptions {
  return {
    brokers,
    connection: PLAINTEXT,
    prefix: `test${process.pid}.`,
    partitions: 3,
    replication: 1,
    retentionMs: 7 * 86_400_000,
    instanceId: null,
    onGap: () => undefined,
    onFailure: () => undefined,
    ...changes,
  };
}

export { openKafkaLog };
