import type { BellwetherError } from '../../core/errors.js';
import type { ReaderOptions } from '../../core/log.js';
import type { Settings } from './connection.js';
import type { ConnectionTarget } from './connection-errors.js';
import type { KafkaClient } from './load-client.js';

/** Records that the broker no longer has, although nobody had read them. */
export interface LogGap {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

export interface KafkaReaderOptions extends ReaderOptions {
  readonly client: KafkaClient;
  readonly settings: Settings;
  readonly target: ConnectionTarget;
  readonly topic: string;
  /** Of somebody else: joining fails while there is no such topic. */
  readonly isForeign?: boolean;
  readonly group: string;
  readonly sessionTimeoutMs: number;
  /** Stable name of this member, or null. */
  readonly instanceId: string | null;
  /** Awaited before the gap is committed past, so that it is reported once. */
  readonly onGap: (gap: LogGap) => void | Promise<void>;
  readonly onRebalance: () => void;
  /** Told when messages come. */
  readonly onWorking?: () => void;
  /** Told of failures that are waited for. */
  readonly onFailure: (error: BellwetherError) => void;
}

const MESSAGE_BYTES = 16_777_216;

export function consumerSettings({
  settings,
  group,
  sessionTimeoutMs,
  instanceId,
}: KafkaReaderOptions): Settings {
  return {
    ...settings,
    'group.id': group,
    ...(instanceId === null ? {} : { 'group.instance.id': instanceId }),
    'enable.auto.commit': false,
    'enable.auto.offset.store': false,
    'auto.offset.reset': 'error',
    'partition.assignment.strategy': 'cooperative-sticky',
    // Ends a fetch at the end of the partition instead of after its time.
    'enable.partition.eof': true,
    'fetch.wait.max.ms': 50,
    'fetch.message.max.bytes': MESSAGE_BYTES,
    'queued.min.messages': 2_000,
    'queued.max.messages.kbytes': 16_384,
    'session.timeout.ms': sessionTimeoutMs,
    'heartbeat.interval.ms': Math.floor(sessionTimeoutMs / 3),
    'max.poll.interval.ms': 300_000,
    'check.crcs': true,
  };
}

/** Why a broker has shut a reader out, and what to do. Only readers of the log have a name of their own, which another process may have as well. */
export function shutOutCause({
  instanceId,
  group,
  topic,
}: Pick<KafkaReaderOptions, 'instanceId' | 'group' | 'topic'>): string {
  return instanceId === null
    ? `The broker of the group "${group}" gives it nothing of the topic "${topic}" any more: ask whoever runs it.`
    : 'Two processes must not have the same log.kafka.instanceId.';
}
