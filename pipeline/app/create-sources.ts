import type { Config, KafkaSourceConfig, RssSourceConfig } from '../../config/schema.js';
import { createGuardedClient } from '../../ingest/fetch/guarded-client.js';
import type { RejectedItem, Source } from '../../ingest/source.js';
import { createDemoSource } from '../../ingest/sources/demo/demo.js';
import { createKafkaSource } from '../../ingest/sources/kafka.js';
import { createRssSource } from '../../ingest/sources/rss.js';
import type { Clock } from '../core/clock.js';
import { brokersOf } from '../log/kafka/connection.js';
import { openTopic } from '../log/kafka/open-topic.js';
import { createBreaker } from '../operators/breaker.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics, SourceType } from '../telemetry/metrics.js';
import { createRepeatingFailure } from '../telemetry/repeating-failure.js';
import { privacyOf } from './author-keys.js';
import type { OpenParts } from './parts.js';
import { version } from './version.js';

export interface SourcesOptions {
  readonly config: Config;
  readonly parts: OpenParts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'rejected'>;
}

/** The polled and generated sources of a configuration, not yet running. A replay world has none of its own. */
export function createSources(
  options: SourcesOptions,
): readonly { readonly type: SourceType; readonly source: Source }[] {
  const { config, parts, clock, logger, metrics } = options;
  if (parts.world === 'replay') return [];
  const readCursor = (name: string) => parts.log.readCursor(name);
  const client = createGuardedClient({
    userAgent: `Bellwether/${version()} (feed reader; run by the owner of this address)`,
  });
  const onRejected = ({ sourceId, place, message }: RejectedItem) => {
    metrics.rejected('rss', 'invalid');
    logger.warn('An item of a source was not taken.', { source: sourceId, place, reason: message });
  };
  const shared = { client, clock, readCursor, onRejected, random: Math.random, ...privacyOf(config) };
  return config.sources
    .filter((source) => source.enabled)
    .map((source) => {
      switch (source.type) {
        case 'demo': {
          const { instruments } = parts.understanding;
          return {
            type: 'demo' as const,
            source: createDemoSource({ ...source, clock, readCursor, instruments }),
          };
        }
        case 'rss':
          return { type: 'rss' as const, source: createRssSource({ ...feedOptions(source), ...shared }) };
        case 'kafka':
          return { type: 'kafka' as const, source: createTopicSource(source, options) };
      }
    });
}

function createTopicSource(topic: KafkaSourceConfig, options: SourcesOptions): Source {
  const { clock, logger, config, parts } = options;
  const { id, name, kind, licence, credibility } = topic;
  const failure = createRepeatingFailure({ sentence: 'A Kafka source has to be waited for.', logger, clock });
  return createKafkaSource({
    source: { id, name, kind, licence, credibility },
    topic: topic.topic,
    mapping: topic.mapping,
    clock,
    ...privacyOf(config),
    createBreaker,
    onRejected: (items) => {
      const { place, message } = items[0] ?? {};
      logger.warn('Messages of a topic are no documents.', {
        source: id,
        messages: items.length,
        first: place,
        reason: message,
      });
    },
    openReader: () =>
      openTopic({
        brokers: brokersOf(topic.brokers),
        connection: topic,
        topic: topic.topic,
        group: topic.group,
        onGap: (gap) => {
          parts.gaps.recordForeign(gap, id);
        },
        onFailure: (error) => {
          failure.failed(error);
        },
        onWorking: () => {
          failure.succeeded();
        },
      }),
  });
}

function feedOptions({ id, name, kind, licence, credibility, url, everySeconds }: RssSourceConfig) {
  return { source: { id, name, kind, licence, credibility }, url, intervalMs: everySeconds * 1_000 };
}
