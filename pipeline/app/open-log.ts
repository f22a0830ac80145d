import type { Config } from '../../config/schema.js';
import type { Clock } from '../core/clock.js';
import type { DurableLog, RedactableLog } from '../core/log.js';
import { brokersOf } from '../log/kafka/connection.js';
import { openKafkaLog } from '../log/kafka/kafka-log.js';
import { openLmdbLog } from '../log/lmdb-log.js';
import type { Logger } from '../telemetry/logger.js';
import { createRepeatingFailure } from '../telemetry/repeating-failure.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { DataFolder } from './data-folder.js';
import type { LogGaps } from './log-gaps.js';

export interface OpenLogOptions {
  readonly config: Pick<Config, 'log'>;
  readonly folder: Pick<DataFolder, 'log'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'rebalanced'>;
  readonly gaps: LogGaps;
}

/** The log that the configuration names: the embedded one in the data folder, or a Kafka cluster. */
export async function openLog(options: OpenLogOptions): Promise<DurableLog & RedactableLog> {
  const { config, folder, clock, logger, metrics, gaps } = options;
  const { url, kafka, retentionDays, retentionBytes, maxBytes } = config.log;
  const retentionMs = retentionDays * 86_400_000;
  if (url === 'file:') {
    return openLmdbLog({
      path: folder.log,
      clock,
      retention: { maxAgeMs: retentionMs, maxBytes: retentionBytes },
      ...(maxBytes === null ? {} : { maxBytes }),
    });
  }
  const failure = createRepeatingFailure({ sentence: 'Kafka has to be waited for.', logger, clock });
  const log: DurableLog & RedactableLog = await openKafkaLog({
    brokers: brokersOf(url),
    connection: kafka,
    prefix: kafka.topicPrefix,
    partitions: kafka.partitions,
    replication: kafka.replication,
    retentionMs,
    instanceId: kafka.instanceId,
    onGap: (gap) => gaps.record(gap, log),
    onRebalance: () => {
      metrics.rebalanced();
      logger.info('The work is shared out anew.');
    },
    onFailure: (error) => {
      failure.failed(error);
    },
    onWorking: () => {
      failure.succeeded();
    },
  });
  await gaps.load(log, (topic) => `${kafka.topicPrefix}${topic}`);
  return log;
}
