import type { AdminClient, Producer } from 'node-rdkafka';

import { ConfigError } from '../../core/errors.js';
import { MAX_RECORD_BYTES, SCORED_TOPIC } from '../../core/log.js';
import { bounded, CALL_MS, CODE, codeOf, partitionIds } from './calls.js';
import type { KafkaClient } from './load-client.js';
import type { Settings } from './connection.js';

/** Source cursors: compacted, the newest value of each name stays. */
export const CURSORS_TOPIC = 'cursors';

export interface TopicOptions {
  readonly prefix: string;
  /** Of every topic but those that need one order. */
  readonly partitions: number;
  readonly replication: number;
  readonly retentionMs: number;
  /** False where the broker makes topics by itself (librdkafka's mock cluster, which has no admin API). */
  readonly createTopics: boolean;
}

/** Knows the topics of the log by their short names, and makes those that are missing. */
export class Topics {
  readonly #known = new Map<string, Promise<readonly number[]>>();

  constructor(
    private readonly options: TopicOptions,
    private readonly client: KafkaClient,
    private readonly settings: Settings,
    private readonly producer: () => Producer,
  ) {}

  fullName(topic: string): string {
    return `${this.options.prefix}${topic}`;
  }

  /** The partition of every record of the topic, or null when the key decides. */
  fixedPartition(topic: string): number | null {
    return hasOneOrder(topic) ? 0 : null;
  }

  /** Ids of the partitions in use; the topic exists afterwards. */
  async partitions(topic: string): Promise<readonly number[]> {
    const before = this.#known.get(topic);
    if (before !== undefined) return before;
    const found = this.#ensure(topic);
    this.#known.set(topic, found);
    found.catch(() => this.#known.delete(topic));
    return found;
  }

  async #ensure(topic: string): Promise<readonly number[]> {
    const name = this.fullName(topic);
    let ids = this.options.createTopics ? await partitionIds(this.producer(), name) : [];
    if (ids.length === 0) {
      if (this.options.createTopics) await this.#create(topic);
      ids = await this.#appear(name);
    }
    if (!hasOneOrder(topic)) return ids;
    if (this.options.createTopics && ids.length !== 1) {
      throw new ConfigError(
        'kafka_topic_partitions',
        `The topic ${name} has ${ids.length} partitions and must have one. Delete it, or choose another log.kafka.topicPrefix.`,
      );
    }
    return [0];
  }

  async #create(topic: string): Promise<void> {
    const { partitions, replication, retentionMs } = this.options;
    const admin = this.client.AdminClient.create({ ...this.settings });
    try {
      await createTopic(admin, {
        topic: this.fullName(topic),
        num_partitions: hasOneOrder(topic) ? 1 : partitions,
        replication_factor: replication,
        config: {
          'max.message.bytes': String(MAX_RECORD_BYTES),
          // When the broker took it: the time from which a document is known.
          'message.timestamp.type': 'LogAppendTime',
          ...(topic === CURSORS_TOPIC
            ? { 'cleanup.policy': 'compact' }
            : { 'cleanup.policy': 'delete', 'retention.ms': String(retentionMs) }),
          ...(replication > 2 ? { 'min.insync.replicas': '2' } : {}),
        },
      });
    } finally {
      admin.disconnect();
    }
  }

  /** A new topic shows in the metadata a moment later. */
  async #appear(name: string): Promise<readonly number[]> {
    return bounded<readonly number[]>(CALL_MS, `make topic ${name}`, (done) => {
      const ask = () => {
        partitionIds(this.producer(), name).then(
          (ids) => {
            if (ids.length > 0) done(null, ids);
            else setTimeout(ask, 100);
          },
          () => setTimeout(ask, 300),
        );
      };
      ask();
    });
  }
}

/** The monitor decides in one order about everything; a cursor has one newest value. */
function hasOneOrder(topic: string): boolean {
  return topic === SCORED_TOPIC || topic === CURSORS_TOPIC;
}

async function createTopic(
  admin: ReturnType<typeof AdminClient.create>,
  topic: Parameters<typeof admin.createTopic>[0],
): Promise<void> {
  await bounded(CALL_MS, `make topic ${topic.topic}`, (done) => {
    admin.createTopic(topic, CALL_MS - 1_000, (error) => {
      // Another process was quicker.
      done(codeOf(error) === CODE.topicExists ? null : error, undefined);
    });
  });
}
