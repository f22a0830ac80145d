import { EventEmitter } from 'node:events';

import { describe, expect, it } from 'vitest';

import { PLAINTEXT } from '../../../../../pipeline/log/kafka/connection.js';
import { KafkaReader } from '../../../../../pipeline/log/kafka/kafka-reader.js';
import type { KafkaClient } from '../../../../../pipeline/log/kafka/load-client.js';

type Answer = { readonly code: number; readonly message: string } | null;
type Done = (error: Answer, messages: readonly unknown[]) => void;

const AWAY = { code: -195, message: 'Local: Broker transport failure' };
const FATAL = { code: -150, message: 'Local: Fatal error' };

/** Clients of a broker that answers each with the answers of its list, and then with nothing. */
function clientsThatAnswer(lists: readonly (readonly Answer[])[]): {
  readonly client: KafkaClient;
  joined(): number;
} {
  let joined = 0;
  class KafkaConsumer extends EventEmitter {
    readonly #answers = [...(lists[joined] ?? [])];
    setDefaultConsumeTimeout(): void {
      joined += 1;
    }
    connect(_: unknown, done: (error: null) => void): void {
      done(null);
    }
    isConnected(): boolean {
      return false;
    }
    subscribe(): void {
      this.emit('subscribed');
    }
    resume(): void {
      this.emit('resumed');
    }
    consume(_: number, done: Done): void {
      setImmediate(() => done(this.#answers.shift() ?? null, []));
    }
  }
  return { client: { KafkaConsumer } as unknown as KafkaClient, joined: () => joined };
}

const open = (client: KafkaClient) =>
  KafkaReader.open({
    client,
    settings: {},
    target: { brokers: '127.0.0.1:9', connection: PLAINTEXT },
    topic: 'documents.raw',
    group: 'monitor',
    sessionTimeoutMs: 6_000,
    instanceId: 'pod-1',
    onGap: () => undefined,
    onRebalance: () => undefined,
    onFailure: () => undefined,
  });

describe('A Kafka reader that is shut out', () => {
  it('joins again when the broker was away before: its own new member id may have been lost on the way', async () => {
    const broker = clientsThatAnswer([[AWAY, FATAL], [AWAY, FATAL], []]);
    const reader = await open(broker.client);
    while (broker.joined() < 3)
      expect(await reader.pull({ maxMessages: 1, maxBytes: 1, waitMs: 50 })).toEqual([]);
    await reader.close();
  });

  it('gives up without such trouble: another process has its name', async () => {
    const broker = clientsThatAnswer([[AWAY, FATAL], [FATAL]]);
    const reader = await open(broker.client);
    const pulls = async () => {
      for (;;) await reader.pull({ maxMessages: 1, maxBytes: 1, waitMs: 50 });
    };
    await expect(pulls()).rejects.toMatchObject({ code: 'kafka_reader_fenced' });
    expect(broker.joined()).toBe(2);
    await reader.close();
  });
});
