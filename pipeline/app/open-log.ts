import type { Config } from '../../config/schema.js';
import type { Clock } from '../core/clock.js';
import type { DurableLog, RedactableLog } from '../core/log.js';
import { brokersOf } from '../log/kafka/connection.js';
import { openKafkaLog } from '../log/kafka/kafka-log.js';
import { openLmdbLog } from '../log/lmdb-log.js';
import type { Logger } from '../telemetry/logger.js';
import { createRepeatingFailure } from '../telemetry/repeating-failure.js';
import type { DataFolder } from './data-folder.js';

export interface OpenLogOptions {
  readonly config: Pick<Config, 'log'>;
  readonly folder: Pick<DataFolder, 'log'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The log that the configuration names: the embedded one in the data folder, or a Kafka cluster. */
export function openLog({
  config,
  folder,
  clock,
  logger,
}: OpenLogOptions): Promise<DurableLog & RedactableLog> {
  const { url, kafka, retentionDays, retentionBytes } = config.log;
  const retentionMs = retentionDays * 86_400_000;
  if (url === 'file:') {
    return openLmdbLog({
      path: folder.log,
      clock,
      retention: { maxAgeMs: retentionMs, maxBytes: retentionBytes },
    });
  }
  const failure = createRepeatingFailure({ sentence: 'Kafka has to be waited for.', logger, clock });
  return openKafkaLog({
    brokers: brokersOf(url),
    connection: kafka,
    prefix: kafka.topicPrefix,
    partitions: kafka.partitions,
    replication: kafka.replication,
    retentionMs,
    instanceId: kafka.instanceId,
    onGap: (gap) => {
      logger.error(
        'Kafka dropped messages before they were read: its retention is shorter than the backlog.',
        {
          ...gap,
        },
      );
    },
    onRebalance: () => {
      logger.info('The work is shared out anew.');
    },
    onFailure: (error) => {
      failure.failed(error);
    },
  });
}
