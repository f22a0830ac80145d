import type { Config } from '../../../config/schema.js';
import { createGuardedClient } from '../../../ingest/fetch/guarded-client.js';
import type { RejectedItem, Source } from '../../../ingest/source.js';
import type { Clock } from '../../core/clock.js';
import type { Logger } from '../../telemetry/logger.js';
import { privacyOf } from '../author-keys.js';
import type { OpenParts } from '../parts.js';
import { createSource } from '../sources/create-source.js';
import type { ConfiguredSource, ConfiguredType, SourceKit } from '../sources/source-kit.js';
import { version } from '../version.js';

export interface SourceMakerOptions extends Pick<SourceKit, 'readCursor' | 'gaps' | 'instruments'> {
  readonly config: Pick<Config, 'privacy'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onRejected: (type: ConfiguredType, item: RejectedItem) => void;
  /** See `SourceKit`; no when left out. */
  readonly trial?: boolean;
}

/** Makes sources of entries, not yet running; they share one client. */
export function createSourceMaker(options: SourceMakerOptions): (entry: ConfiguredSource) => Source {
  const { config, clock, logger, readCursor, instruments, gaps, onRejected, trial = false } = options;
  const shared = {
    client: createGuardedClient({
      userAgent: `Bellwether/${version()} (feed reader; run by the owner of this address)`,
    }),
    clock,
    logger,
    random: Math.random,
    readCursor,
    privacy: privacyOf(config),
    instruments,
    gaps,
    trial,
  };
  return (entry) =>
    createSource(entry.type, entry, {
      ...shared,
      onRejected: (item) => {
        onRejected(entry.type, item);
      },
    });
}

/** What a maker takes from the open parts of a service. */
export function partsForSources({
  log,
  understanding,
  gaps,
}: Pick<OpenParts, 'log' | 'understanding' | 'gaps'>): Pick<
  SourceMakerOptions,
  'readCursor' | 'gaps' | 'instruments'
> {
  return { readCursor: (name) => log.readCursor(name), instruments: understanding.instruments, gaps };
}
