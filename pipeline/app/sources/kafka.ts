import { createKafkaSource } from '../../../ingest/sources/kafka.js';
import { brokersOf } from '../../log/kafka/connection.js';
import { openTopic } from '../../log/kafka/open-topic.js';
import { createBreaker } from '../../operators/breaker.js';
import { createRepeatingFailure } from '../../telemetry/repeating-failure.js';
import { sourceInfoOf, type CreateSource } from './source-kit.js';

export const createKafka: CreateSource<'kafka'> = (config, { clock, logger, privacy, gaps, onRejected }) => {
  const failure = createRepeatingFailure({ sentence: 'A Kafka source has to be waited for.', logger, clock });
  return createKafkaSource({
    source: sourceInfoOf(config),
    topic: config.topic,
    mapping: config.mapping,
    language: config.language,
    clock,
    ...privacy,
    createBreaker,
    onRejected,
    openReader: () =>
      openTopic({
        brokers: brokersOf(config.brokers),
        connection: config,
        topic: config.topic,
        group: config.group,
        onGap: (gap) => {
          gaps.recordForeign(gap, config.id);
        },
        onFailure: (error) => {
          failure.failed(error);
        },
        onWorking: () => {
          failure.succeeded();
        },
      }),
  });
};
