import type { Config } from '../../../config/schema.js';
import { createGuardedClient } from '../../../ingest/fetch/guarded-client.js';
import { createSocketConnector } from '../../../ingest/fetch/guarded-socket.js';
import { createHostQueue } from '../../../ingest/fetch/host-queue.js';
import { createParseThread } from '../../../ingest/parse-thread/parse-thread.js';
import type { RejectedItem, Source } from '../../../ingest/source.js';
import type { Clock } from '../../core/clock.js';
import type { Logger } from '../../telemetry/logger.js';
import { privacyOf } from '../author-keys.js';
import type { OpenParts } from '../parts.js';
import { createSource } from '../sources/create-source.js';
import type { ConfiguredSource, ConfiguredType, SourceKit } from '../sources/source-kit.js';
import { version } from '../version.js';

/** Threat T1: no feed takes longer to read. */
const FEED_DEADLINE_MS = 2_000;
/** The slowest message within the limits takes 1.2 s of a free processor and 5 s of a busy one; one that is given up is not tried again. */
const EML_DEADLINE_MS = 10_000;

export interface SourceMakerOptions extends Pick<SourceKit, 'readCursor' | 'gaps' | 'instruments' | 'push'> {
  readonly config: Pick<Config, 'privacy' | 'fetch'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onRejected: (type: ConfiguredType, item: RejectedItem) => void;
  /** See `SourceKit`; no when left out. */
  readonly trial?: boolean;
}

/** Makes sources of entries, not yet running; what they ask of one host is spaced together. */
export function createSourceMaker(options: SourceMakerOptions): (entry: ConfiguredSource) => Source {
  const { config, clock, logger, readCursor, instruments, gaps, push, onRejected, trial = false } = options;
  const { contact, hostGapMs } = config.fetch;
  const queue = createHostQueue({ clock, gapMs: hostGapMs });
  const userAgent = `Bellwether/${version()} (${contact === null ? 'run by the owner of this address' : `+${contact}`})`;
  const reach = (allowPrivateHosts: boolean) => ({
    client: createGuardedClient({ userAgent, queue, allowPrivateHosts }),
    sockets: createSocketConnector({ userAgent, clock, allowPrivateHosts }),
  });
  const internet = reach(false);
  const intranet = reach(true);
  const { readFeed } = createParseThread({ deadlineMs: FEED_DEADLINE_MS });
  const { readEml } = createParseThread({ deadlineMs: EML_DEADLINE_MS });
  const random = Math.random;
  const privacy = privacyOf(config);
  const shared = {
    readFeed,
    readEml,
    contact,
    clock,
    logger,
    random,
    readCursor,
    privacy,
    instruments,
    gaps,
    push,
    trial,
  };
  return (entry) =>
    createSource(entry.type, entry, {
      ...shared,
      ...('allowPrivateHosts' in entry && entry.allowPrivateHosts ? intranet : internet),
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
  push,
}: Pick<OpenParts, 'log' | 'understanding' | 'gaps' | 'push'>): Pick<
  SourceMakerOptions,
  'readCursor' | 'gaps' | 'instruments' | 'push'
> {
  return { readCursor: (name) => log.readCursor(name), instruments: understanding.instruments, gaps, push };
}
