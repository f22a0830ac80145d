import type { KafkaConsumer, LibrdKafkaError, Message, TopicPartition } from 'node-rdkafka';

import { bounded, connect, disconnect, isFatal, letGo, partitionIds, watchRefusals } from './calls.js';
import { topicMissing } from './connection-errors.js';
import { OffsetCommits } from './offset-commits.js';
import type { Partitions } from './partitions.js';
import { consumerSettings, type KafkaReaderOptions } from './reader-options.js';

const CONSUME_MS = 50;
const CONSUME_BOUND_MS = 60_000;

export interface MemberEvents {
  /** Called from the native side: must not throw. Not called for a member that is lost, whose partitions are gone. */
  readonly onRebalance: (error: LibrdKafkaError, partitions: TopicPartition[]) => void;
  /** Another process has the name of this member. */
  readonly onFenced: (reason: string) => void;
}

/**
 * One client in a consumer group, from joining it until it leaves or is shut out. After a fatal error librdkafka gives a client
 * nothing any more.
 *
 * A broker that was away may shut out a member because of its own instance id: it has given it another member id in an answer
 * that never came. Such a member is `lost`, and another one can take its place. Without trouble before it, it is another process.
 */
export class GroupMember {
  readonly consumer: KafkaConsumer;
  readonly commits: OffsetCommits;
  #lost = false;
  /** The broker was away, or said no, since this member joined. */
  #troubled = false;

  constructor(
    private readonly options: KafkaReaderOptions,
    partitions: Partitions,
    private readonly events: MemberEvents,
  ) {
    this.consumer = new options.client.KafkaConsumer(
      {
        ...consumerSettings(options),
        rebalance_cb: (error: LibrdKafkaError, moved: TopicPartition[]) => {
          if (this.#lost) letGo(this.consumer, moved);
          else events.onRebalance(error, moved);
        },
        offset_commit_cb: true,
      },
      { 'auto.offset.reset': 'error' },
    );
    this.consumer.setDefaultConsumeTimeout(CONSUME_MS);
    this.commits = new OffsetCommits(this.consumer, options.topic, partitions);
    this.consumer.on('event.error', (error) => {
      if (isFatal(error)) this.shutOut(error.message);
      else this.trouble();
    });
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Once; rejects as `connect` does, and with a retriable UnavailableError `kafka_topic_missing`. */
  async join(): Promise<void> {
    const { target, topic, isForeign = false, onFailure } = this.options;
    await connect(this.consumer, target);
    if (isForeign && (await partitionIds(this.consumer, topic)).length === 0) {
      await disconnect(this.consumer);
      throw topicMissing(topic, target);
    }
    watchRefusals(this.consumer, target, onFailure);
    this.consumer.subscribe([topic]);
    this.#troubled = false;
  }

  consume(count: number): Promise<readonly Message[]> {
    return bounded(CONSUME_BOUND_MS, 'consume', (done) => {
      this.consumer.consume(count, done);
    });
  }

  trouble(): void {
    this.#troubled = true;
  }

  shutOut(reason: string): void {
    if (this.#lost) return;
    if (this.#troubled) this.#lost = true;
    else this.events.onFenced(reason);
  }
}
