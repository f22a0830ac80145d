import type { Config } from '../../config/schema.js';
import { createGuardedClient } from '../../ingest/fetch/guarded-client.js';
import type { Source } from '../../ingest/source.js';
import type { Clock } from '../core/clock.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { privacyOf } from './author-keys.js';
import type { OpenParts } from './parts.js';
import { createSource } from './sources/create-source.js';
import type { ConfiguredSource, ConfiguredType, SourceKit } from './sources/source-kit.js';
import { version } from './version.js';

export interface SourcesOptions {
  readonly config: Config;
  readonly parts: OpenParts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'rejected'>;
}

/** The sources of a configuration, not yet running. A replay world has none of its own. */
export function createSources(
  options: SourcesOptions,
): readonly { readonly type: ConfiguredType; readonly source: Source }[] {
  const { config, parts } = options;
  if (parts.world === 'replay') return [];
  const kit = createKit(options);
  return config.sources
    .filter((source) => source.enabled)
    .map((source) => ({
      type: source.type,
      source: createSource(source.type, source, kitFor(source, kit, options)),
    }));
}

type SharedKit = Omit<SourceKit, 'onRejected'>;

/** What all sources of a process share. */
function createKit({ config, parts, clock, logger }: SourcesOptions): SharedKit {
  return {
    client: createGuardedClient({
      userAgent: `Bellwether/${version()} (feed reader; run by the owner of this address)`,
    }),
    clock,
    logger,
    random: Math.random,
    readCursor: (name) => parts.log.readCursor(name),
    privacy: privacyOf(config),
    instruments: parts.understanding.instruments,
    gaps: parts.gaps,
    push: parts.push,
  };
}

function kitFor({ type }: ConfiguredSource, kit: SharedKit, { metrics, logger }: SourcesOptions): SourceKit {
  return {
    ...kit,
    onRejected: ({ sourceId, place, message }) => {
      metrics.rejected(type, 'invalid');
      logger.warn('An item of a source was not taken.', { source: sourceId, place, reason: message });
    },
  };
}
