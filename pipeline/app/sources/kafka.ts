import { randomUUID } from 'node:crypto';

import { createKafkaSource } from '../../../ingest/sources/kafka.js';
import type { LogReader } from '../../core/log.js';
import { brokersOf } from '../../log/kafka/connection.js';
import { openTopic } from '../../log/kafka/open-topic.js';
import { createBreaker } from '../../operators/breaker.js';
import { createRepeatingFailure } from '../../telemetry/repeating-failure.js';
import { sourceInfoOf, type CreateSource } from './source-kit.js';

/** A trial must have an answer before its time is over. */
const TRIAL_CONNECT_MS = 10_000;

export const createKafka: CreateSource<'kafka'> = (config, kit) => {
  const { clock, logger, privacy, gaps, onRejected, trial } = kit;
  const failure = createRepeatingFailure({ sentence: 'A Kafka source has to be waited for.', logger, clock });
  return createKafkaSource({
    source: sourceInfoOf(config),
    topic: config.topic,
    mapping: config.mapping,
    language: config.language,
    clock,
    ...privacy,
    createBreaker,
    // So that no pause is longer than a minute.
    ...(config.maxPerMinute === null ? {} : { maxBatch: config.maxPerMinute }),
    onRejected,
    openReader: async () => {
      const reader = await openTopic({
        brokers: brokersOf(config.brokers),
        connection: config,
        topic: config.topic,
        ...(trial ? { connectMs: TRIAL_CONNECT_MS } : {}),
        // A trial that joined the group would take partitions from the service, and places in it.
        group: trial ? `bellwether-trial-${randomUUID()}` : config.group,
        onGap: (gap) => {
          gaps.recordForeign(gap, config.id);
        },
        onFailure: (error) => {
          failure.failed(error);
        },
        onWorking: () => {
          failure.succeeded();
        },
      });
      return trial ? withoutCommits(reader) : reader;
    },
  });
};

function withoutCommits(reader: LogReader): LogReader {
  return {
    pull: (limits) => reader.pull(limits),
    commit: () => Promise.resolve(),
    close: () => reader.close(),
  };
}
