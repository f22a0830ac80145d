import type { Config, RssSourceConfig } from '../../config/schema.js';
import { createGuardedClient } from '../../ingest/fetch/guarded-client.js';
import type { RejectedItem, Source } from '../../ingest/source.js';
import { createDemoSource } from '../../ingest/sources/demo/demo.js';
import { createRssSource } from '../../ingest/sources/rss.js';
import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics, SourceType } from '../telemetry/metrics.js';
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
  const shared = { client, clock, readCursor, onRejected, random: Math.random, ...authorKeyOf(config) };
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
          throw new ConfigError('source_missing', 'Kafka sources are not wired yet.');
      }
    });
}

function feedOptions({ id, name, kind, licence, credibility, url, everySeconds }: RssSourceConfig) {
  return { source: { id, name, kind, licence, credibility }, url, intervalMs: everySeconds * 1_000 };
}

/** The key of author pseudonyms, as the parts of ingest take it. */
export function authorKeyOf(config: Config): { readonly authorKey?: string } {
  return config.privacy.authorKey === null ? {} : { authorKey: config.privacy.authorKey.reveal() };
}
