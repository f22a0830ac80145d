import type { KafkaConsumer, TopicPartitionOffset } from 'node-rdkafka';

import { bounded, toLogError } from './calls.js';
import type { Partitions } from './partitions.js';

const COMMIT_MS = 15_000;

interface Waiter {
  readonly targets: readonly { readonly partition: number; readonly offset: number }[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits what is done, one request at a time: what gets done while one is on its way shares the next. So every commit is
 * confirmed by the broker before its caller goes on, and many callers cost one request.
 */
export class OffsetCommits {
  #waiting: Waiter[] = [];
  #running: Promise<void> | null = null;
  #answered: ((error: unknown) => void) | null = null;

  constructor(
    private readonly consumer: KafkaConsumer,
    private readonly topic: string,
    private readonly partitions: Partitions,
  ) {
    consumer.on('offset.commit', (error: unknown) => {
      this.#answered?.(error);
    });
  }

  /** Rejects with a retriable UnavailableError when the broker does not take it; partitions that are lost meanwhile count as done. */
  commit(targets: Waiter['targets']): Promise<void> {
    for (const { partition: id, offset } of targets) {
      const partition = this.partitions.get(id);
      if (partition !== undefined) partition.done = Math.max(partition.done, offset);
    }
    this.partitions.passGaps();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ targets, resolve, reject });
      this.settle();
      this.#running ??= this.#run().finally(() => {
        this.#running = null;
      });
    });
  }

  /** Lets go those whose partitions are committed or lost. */
  settle(): void {
    this.#waiting = this.#waiting.filter(({ targets, resolve }) => {
      const open = targets.some(({ partition: id, offset }) => {
        const partition = this.partitions.get(id);
        return partition !== undefined && partition.committed < offset;
      });
      if (!open) resolve();
      return open;
    });
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const due = this.partitions.all().filter(({ done, committed }) => done > committed);
      const offsets = due.map(({ id, done }) => ({ topic: this.topic, partition: id, offset: done }));
      try {
        if (offsets.length > 0) await this.#send(offsets);
      } catch (error) {
        for (const { reject } of this.#waiting.splice(0)) reject(toLogError(error, 'commit'));
        return;
      }
      for (const { partition: id, offset } of offsets) {
        const partition = this.partitions.get(id);
        if (partition !== undefined) partition.committed = Math.max(partition.committed, offset);
      }
      this.settle();
    }
  }

  async #send(offsets: TopicPartitionOffset[]): Promise<void> {
    await bounded<undefined>(COMMIT_MS, 'commit', (done) => {
      this.#answered = (error) => {
        this.#answered = null;
        done(error as Parameters<typeof done>[0], undefined);
      };
      this.consumer.commit(offsets);
    });
  }
}
