import type { Config } from '../../config/schema.js';
import { createFeedThread } from '../../ingest/feed-thread/feed-thread.js';
import { createGuardedClient, type GuardedClient } from '../../ingest/fetch/guarded-client.js';
import { createHostQueue } from '../../ingest/fetch/host-queue.js';
import type { Source } from '../../ingest/source.js';
import type { Clock } from '../core/clock.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { privacyOf } from './author-keys.js';
import type { OpenParts } from './parts.js';
import { createSource } from './sources/create-source.js';
import type { ConfiguredSource, ConfiguredType, SourceKit } from './sources/source-kit.js';
import { version } from './version.js';

/** Threat T1: no feed takes longer to read. */
const FEED_DEADLINE_MS = 2_000;

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

interface SharedKit extends Omit<SourceKit, 'onRejected'> {
  /** The client of the entries with `allowPrivateHosts`. */
  readonly intranetClient: GuardedClient;
}

/** What all sources of a process share. */
function createKit({ config, parts, clock, logger }: SourcesOptions): SharedKit {
  const { contact, hostGapMs } = config.fetch;
  const queue = createHostQueue({ clock, gapMs: hostGapMs });
  const userAgent = `Bellwether/${version()} (${contact === null ? 'run by the owner of this address' : `+${contact}`})`;
  const feeds = createFeedThread({ deadlineMs: FEED_DEADLINE_MS });
  return {
    client: createGuardedClient({ userAgent, queue }),
    intranetClient: createGuardedClient({ userAgent, queue, allowPrivateHosts: true }),
    contact,
    readFeed: (request) => feeds.read(request),
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

function kitFor(
  source: ConfiguredSource,
  { intranetClient, ...kit }: SharedKit,
  { metrics, logger }: SourcesOptions,
): SourceKit {
  const { type } = source;
  const intranet = 'allowPrivateHosts' in source && source.allowPrivateHosts;
  return {
    ...kit,
    client: intranet ? intranetClient : kit.client,
    onRejected: ({ sourceId, place, message }) => {
      metrics.rejected(type, 'invalid');
      logger.warn('An item of a source was not taken.', { source: sourceId, place, reason: message });
    },
  };
}
