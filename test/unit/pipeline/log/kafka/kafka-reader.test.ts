import { EventEmitter } from 'node:events';

import { describe, expect, it } from 'vitest';

import { PLAINTEXT } from '../../../../../pipeline/log/kafka/connection.js';
import { KafkaReader } from '../../../../../pipeline/log/kafka/kafka-reader.js';
import type { KafkaClient } from '../../../../../pipeline/log/kafka/load-client.js';
import type { KafkaReaderOptions, LogGap } from '../../../../../pipeline/log/kafka/reader-options.js';

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

type Changes = Partial<Pick<KafkaReaderOptions, 'onGap' | 'onFailure' | 'instanceId'>>;

const open = (client: KafkaClient, told: Changes = {}) =>
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
    ...told,
  });

interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** A broker that tells its one member the same assignment at each of three attempts to join, and then has ten messages. */
function brokerThatRepeatsItself(): KafkaClient {
  const place = { topic: 'documents.raw', partition: 0 };
  class KafkaConsumer extends EventEmitter {
    #position: number | null = null;
    #told = false;
    constructor(
      private readonly settings: { readonly rebalance_cb: (error: object, moved: Place[]) => void },
    ) {
      super();
    }
    setDefaultConsumeTimeout(): void {
      this.emit('set');
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
    committed(_: unknown, __: number, done: (error: null, found: object[]) => void): void {
      setImmediate(() => done(null, [{ ...place, offset: 3 }]));
    }
    queryWatermarkOffsets(
      _: string,
      __: number,
      ___: number,
      done: (error: null, found: object) => void,
    ): void {
      done(null, { lowOffset: 0, highOffset: 13 });
    }
    incrementalAssign([added]: readonly (Place & { readonly offset: number })[]): void {
      if (added === undefined) return;
      if (this.#position !== null)
        throw new Error('documents.raw [0] is already part of the current assignment');
      this.#position = added.offset;
    }
    commitSync(): void {
      this.emit('committed');
    }
    consume(_: number, done: (error: null, messages: readonly object[]) => void): void {
      if (!this.#told) for (let n = 0; n < 3; n += 1) this.settings.rebalance_cb({ code: -175 }, [place]);
      this.#told = true;
      const offset = this.#position;
      if (offset !== null && offset < 13) this.#position = offset + 1;
      const found =
        offset === null || offset >= 13 ? [] : [{ ...place, offset, value: Buffer.from(String(offset)) }];
      setImmediate(() => done(null, found));
    }
  }
  return { KafkaConsumer } as unknown as KafkaClient;
}

describe('A Kafka reader', () => {
  it('takes an assignment that is told again as one: no message twice, none called dropped', async () => {
    const gaps: LogGap[] = [];
    const failures: string[] = [];
    const reader = await open(brokerThatRepeatsItself(), {
      onGap: (gap) => void gaps.push(gap),
      onFailure: ({ message }) => void failures.push(message),
    });
    const offsets: number[] = [];
    while (offsets.length < 10)
      for (const { offset } of await reader.pull({ maxMessages: 5, maxBytes: 1e6, waitMs: 50 }))
        offsets.push(offset);
    await reader.close();
    expect(offsets).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect([gaps, failures]).toEqual([[], []]);
  });
});

describe('A Kafka reader that is shut out', () => {
  it('joins again when the broker was away before: its own new member id may have been lost on the way', async () => {
    const broker = clientsThatAnswer([[AWAY, FATAL], [AWAY, FATAL], []]);
    const reader = await open(broker.client);
    while (broker.joined() < 3)
      expect(await reader.pull({ maxMessages: 1, maxBytes: 1, waitMs: 50 })).toEqual([]);
    await reader.close();
  });

  it.each([
    [
      'another process has its name',
      'pod-1',
      /Two processes must not have the same log\.kafka\.instanceId\.$/,
    ],
    [
      'a reader without a name is told nothing of names',
      null,
      /\. The broker of the group "monitor" gives it nothing of the topic "documents\.raw" any more: ask whoever runs it\.$/,
    ],
  ])('gives up without such trouble: %s', async (_, instanceId, message) => {
    const broker = clientsThatAnswer([[AWAY, FATAL], [FATAL]]);
    const reader = await open(broker.client, { instanceId });
    const pulls = async () => {
      for (;;) await reader.pull({ maxMessages: 1, maxBytes: 1, waitMs: 50 });
    };
    await expect(pulls()).rejects.toMatchObject({
      code: 'kafka_reader_fenced',
      message: expect.stringMatching(message) as string,
    });
    expect(broker.joined()).toBe(2);
    await reader.close();
  });
});
