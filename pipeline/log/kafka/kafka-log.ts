import type { KafkaConsumer } from 'node-rdkafka';

import type { LogPosition } from '../../core/document.js';
import type {
  AppendOptions,
  DurableLog,
  RedactableLog,
  LogReader,
  LogRecord,
  ReaderOptions,
} from '../../core/log.js';
import type { BellwetherError } from '../../core/errors.js';
import { committedOffsets, connect, disconnect, watermarks } from './calls.js';
import { refusalIsConfig } from './connection-errors.js';
import { connectionSettings, type KafkaConnection, type Settings } from './connection.js';
import { Cursors } from './cursors.js';
import { KafkaAppender } from './kafka-appender.js';
import { KafkaReader } from './kafka-reader.js';
import { loadKafkaClient, type KafkaClient } from './load-client.js';
import type { LogGap } from './reader-options.js';
import { CURSORS_TOPIC, Topics } from './topics.js';

export interface KafkaLogOptions {
  /** `host:port`, several separated by commas. */
  readonly brokers: string;
  readonly connection: KafkaConnection;
  /** Goes before the names of topics and groups. */
  readonly prefix: string;
  /** Of topics that are made; those that need one order have one. */
  readonly partitions: number;
  readonly replication: number;
  readonly retentionMs: number;
  readonly instanceId: string | null;
  /** Records that the brokers dropped before they were read. */
  readonly onGap: (gap: LogGap) => void | Promise<void>;
  readonly onRebalance?: () => void;
  /** Failures that are waited for, such as brokers that are away. */
  readonly onFailure: (error: BellwetherError) => void;
  /** The brokers answer again after a failure. */
  readonly onWorking?: () => void;
  /** False where the broker makes topics by itself; default true. */
  readonly createTopics?: boolean;
}

/** What a reader that dies held is read by another one within 15 s, so its absence must be noticed soon. */
const SESSION_MS = 6_000;

/**
 * The durable log on Kafka. Offsets of a topic that we made are dense and start at 0 in each partition.
 *
 * Throws ConfigError when something must be changed first: `kafka_client_missing`, `kafka_credentials_missing`, `kafka_tls`,
 * `kafka_authentication`; a retriable UnavailableError when no broker answers.
 */
export async function openKafkaLog(options: KafkaLogOptions): Promise<DurableLog & RedactableLog> {
  const client = await loadKafkaClient();
  const settings = {
    ...connectionSettings(options.brokers, options.connection),
    'client.id': options.instanceId ?? 'bellwether',
  };
  const { onFailure, createTopics = true } = options;
  // By default a broker makes a topic that a producer asks about, with settings of its own, before we can.
  const sending = { ...settings, 'allow.auto.create.topics': !createTopics };
  const appender = await refusalIsConfig(() =>
    KafkaAppender.open({ client, settings: sending, target: options, onFailure }),
  );
  return new KafkaLog(options, client, settings, appender);
}

class KafkaLog implements DurableLog, RedactableLog {
  readonly #topics: Topics;
  readonly #cursors: Cursors;
  readonly #readers = new Set<LogReader>();
  /** One client a group, a member of none: it only asks what the group has committed. */
  readonly #observers = new Map<string, Promise<KafkaConsumer>>();
  #closed: Promise<void> | null = null;

  constructor(
    private readonly options: KafkaLogOptions,
    private readonly client: KafkaClient,
    private readonly settings: Settings,
    private readonly appender: KafkaAppender,
  ) {
    const { prefix, partitions, replication, retentionMs, createTopics = true } = options;
    const topicOptions = { prefix, partitions, replication, retentionMs, createTopics };
    this.#topics = new Topics(topicOptions, client, settings, () => appender.producer);
    this.#cursors = new Cursors(client, settings, this.#topics.fullName(CURSORS_TOPIC), options);
  }

  async append(
    topic: string,
    records: readonly LogRecord[],
    { cursors = [] }: AppendOptions = {},
  ): Promise<readonly LogPosition[]> {
    const positions = records.length === 0 ? [] : await this.#send(topic, records);
    // After the records: a cursor without them would lose documents.
    if (cursors.length > 0) {
      await this.#send(
        CURSORS_TOPIC,
        cursors.map(({ name, value }) => ({ key: name, value: Buffer.from(value) })),
      );
    }
    return positions;
  }

  async readCursor(name: string): Promise<string | null> {
    await this.#topics.partitions(CURSORS_TOPIC);
    return this.#cursors.read(name);
  }

  async openReader(topic: string, group: string, readerOptions: ReaderOptions = {}): Promise<LogReader> {
    const { instanceId, onGap, onFailure, onWorking = () => undefined } = this.options;
    const { onRebalance = () => undefined } = this.options;
    await this.#topics.partitions(topic);
    const reader = await KafkaReader.open({
      ...readerOptions,
      client: this.client,
      settings: this.settings,
      target: this.options,
      topic: this.#topics.fullName(topic),
      group: this.#groupName(group),
      sessionTimeoutMs: SESSION_MS,
      instanceId: instanceId === null ? null : `${instanceId}-${group}`,
      onGap,
      onRebalance,
      onFailure,
      onWorking,
    });
    this.#readers.add(reader);
    return reader;
  }

  async endPositions(topic: string): Promise<readonly LogPosition[]> {
    const partitions = await this.#topics.partitions(topic);
    const name = this.#topics.fullName(topic);
    return Promise.all(
      partitions.map(async (partition) => {
        const { high } = await watermarks(this.appender.producer, { topic: name, partition });
        return { partition, offset: Math.max(0, high) };
      }),
    );
  }

  async committedPositions(topic: string, group: string): Promise<readonly LogPosition[]> {
    const partitions = await this.#topics.partitions(topic);
    const name = this.#topics.fullName(topic);
    const asked = partitions.map((partition) => ({ topic: name, partition }));
    const committed = await committedOffsets(await this.#observer(group), asked);
    return Promise.all(
      asked.map(async ({ partition }) => {
        const known = committed.get(partition);
        if (known !== undefined) return { partition, offset: known };
        const { low } = await watermarks(this.appender.producer, { topic: name, partition });
        return { partition, offset: Math.max(0, low) };
      }),
    );
  }

  /** The brokers drop what is older than the topic's retention, read or not. */
  trim(): Promise<void> {
    return Promise.resolve();
  }

  /** A topic keeps what was appended until its retention is over. */
  redact(): Promise<null> {
    return Promise.resolve(null);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const reader of this.#readers) await reader.close();
    await this.#cursors.close();
    for (const observer of this.#observers.values()) await observer.then(disconnect, () => undefined);
    await this.appender.close();
  }

  async #send(topic: string, records: readonly LogRecord[]): Promise<readonly LogPosition[]> {
    if (this.#closed === null) await this.#topics.partitions(topic);
    return this.appender.append(this.#topics.fullName(topic), this.#topics.fixedPartition(topic), records);
  }

  #groupName(group: string): string {
    return `${this.options.prefix}${group}`;
  }

  #observer(group: string): Promise<KafkaConsumer> {
    const before = this.#observers.get(group);
    if (before !== undefined) return before;
    const consumer = new this.client.KafkaConsumer(
      { ...this.settings, 'group.id': this.#groupName(group), 'enable.auto.commit': false },
      {},
    );
    const connected = connect(consumer, this.options).then(() => consumer);
    this.#observers.set(group, connected);
    connected.catch(() => this.#observers.delete(group));
    return connected;
  }
}
