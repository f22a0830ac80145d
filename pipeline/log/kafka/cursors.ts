import type { KafkaConsumer, Message } from 'node-rdkafka';

import { bounded, connect, disconnect, watermarks } from './calls.js';
import type { Settings } from './connection.js';
import type { ConnectionTarget } from './connection-errors.js';
import type { KafkaClient } from './load-client.js';

const READ_MS = 30_000;
const CONSUME_MS = 100;
const AT_ONCE = 500;

/**
 * The newest value of each source cursor, from the compacted topic.
 *
 * Every question first reads what was added since the last one: another instance may have moved a cursor.
 */
export class Cursors {
  readonly #values = new Map<string, string>();
  readonly #consumer: KafkaConsumer;
  #next = 0;
  #connected = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    client: KafkaClient,
    settings: Settings,
    private readonly topic: string,
    private readonly target: ConnectionTarget,
  ) {
    this.#consumer = new client.KafkaConsumer(
      {
        ...settings,
        // Assigned by hand: it is a member of no group, the name is only required.
        'group.id': `${topic}-reader`,
        'enable.auto.commit': false,
        'fetch.wait.max.ms': 50,
      },
      { 'auto.offset.reset': 'earliest' },
    );
    this.#consumer.setDefaultConsumeTimeout(CONSUME_MS);
  }

  read(name: string): Promise<string | null> {
    const answer = this.#turn.then(async () => {
      await this.#catchUp();
      return this.#values.get(name) ?? null;
    });
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  async close(): Promise<void> {
    await this.#turn;
    if (this.#connected) await disconnect(this.#consumer);
  }

  async #catchUp(): Promise<void> {
    if (!this.#connected) {
      await connect(this.#consumer, this.target);
      this.#connected = true;
    }
    const { low, high } = await watermarks(this.#consumer, { topic: this.topic, partition: 0 });
    // Compaction leaves gaps, but never takes the newest record away: what matters is to have seen the last offset.
    if (this.#next >= high || low >= high) return;
    this.#consumer.assign([{ topic: this.topic, partition: 0, offset: Math.max(low, this.#next) }]);
    const deadline = performance.now() + READ_MS;
    while (this.#next < high && performance.now() < deadline) {
      for (const { key, value, offset } of await this.#consume()) {
        if (key !== null && key !== undefined) this.#values.set(key.toString(), value?.toString() ?? '');
        this.#next = offset + 1;
      }
    }
    this.#consumer.unassign();
  }

  #consume(): Promise<readonly Message[]> {
    return bounded(READ_MS, 'read cursors', (done) => {
      this.#consumer.consume(AT_ONCE, done);
    });
  }
}
