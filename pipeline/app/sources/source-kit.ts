import type { Config } from '../../../config/schema.js';
import type { GuardedClient } from '../../../ingest/fetch/guarded-client.js';
import type { SocketConnector } from '../../../ingest/fetch/guarded-socket.js';
import type { Masking } from '../../../ingest/parse/masking.js';
import type { ParseThread } from '../../../ingest/parse-thread/parse-thread.js';
import type { PushRegistry } from '../../../ingest/sources/push/push-registry.js';
import type { RejectedItem, Source } from '../../../ingest/source.js';
import { parseCredibility } from '../../core/credibility.js';
import type { Clock } from '../../core/clock.js';
import type { Instrument } from '../../core/instrument.js';
import type { Logger } from '../../telemetry/logger.js';
import type { LogGaps } from '../log-gaps.js';

/** Entry of `sources` with its secrets read. */
export type ConfiguredSource = Config['sources'][number];
export type ConfiguredType = ConfiguredSource['type'];
export type SourceConfigOf<Type extends ConfiguredType> = Extract<ConfiguredSource, { type: Type }>;

/** What a source may need of the process it runs in. */
export interface SourceKit {
  /** Reaches the public internet, and the intranet where the entry allows it; what all sources ask of one host is spaced together. */
  readonly client: GuardedClient;
  /** The same for WebSockets. */
  readonly sockets: SocketConnector;
  /** Who runs this, for services that ask for it; part of the client's User-Agent already. */
  readonly contact: string | null;
  /** Reads the feeds of all sources, one after the other, in a thread of their own. */
  readonly readFeed: ParseThread['readFeed'];
  /** The same for messages, in another thread. */
  readonly readEml: ParseThread['readEml'];
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  /** The last value stored with a delivery, or null. */
  readonly readCursor: (name: string) => Promise<string | null>;
  /** Counts and tells one item that was not taken. */
  readonly onRejected: (item: RejectedItem) => void;
  /** Key of the authors' pseudonyms and whose texts are masked, as the ingest options have them. */
  readonly privacy: { readonly authorKey?: string; readonly masking: Masking };
  readonly instruments: readonly Instrument[];
  /** Where the push sources are found by the HTTP route. */
  readonly push: PushRegistry;
  readonly gaps: Pick<LogGaps, 'recordForeign'>;
  /** Somebody only wants to see what comes: nothing may be moved or claimed at the other side, such as a place in a consumer group. */
  readonly trial: boolean;
}

/** Makes a source of one type from its entry in the configuration, not yet running. */
export type CreateSource<Type extends ConfiguredType> = (
  config: SourceConfigOf<Type>,
  kit: SourceKit,
) => Source;

/** An entry as the source of its documents. */
export function sourceInfoOf({
  id,
  name,
  kind,
  licence,
  credibility,
}: Exclude<ConfiguredSource, { type: 'demo' }>) {
  return { id, name, kind, licence, credibility: parseCredibility(credibility) ?? credibility };
}

/** What every live source takes of its entry and the process. */
export function livePartsOf(
  config: Exclude<ConfiguredSource, { type: 'demo' }>,
  { clock, random, readCursor, onRejected, privacy }: SourceKit,
) {
  return {
    source: sourceInfoOf(config),
    language: config.language,
    clock,
    random,
    readCursor,
    onRejected,
    ...privacy,
  };
}
