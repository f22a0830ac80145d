import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { connectionSettings, PLAINTEXT } from '../../pipeline/log/kafka/connection.js';
import { KafkaReader } from '../../pipeline/log/kafka/kafka-reader.js';
import { loadKafkaClient, type KafkaClient } from '../../pipeline/log/kafka/load-client.js';
import {
  hasKafkaClient,
  kafkaLogOptions,
  openKafkaLog,
  startMockCluster,
  type MockCluster,
} from '../support/kafka-mock.js';
import { until } from '../support/service.js';

const possible = await hasKafkaClient();
const OFFSET_RESET = { code: -140, message: 'Broker: Offset out of range' };
const TRANSPORT = { code: -195, message: 'Local: Broker transport failure' };

interface Faults {
  /** Says once that the next offset is no longer there. */
  outOfRange: boolean;
  /** How many questions for the watermarks then fail. */
  unanswered: number;
  /** Nothing is fetched any more; `held` when the fetch before that is over. */
  hold?: 'asked' | 'held';
  /** Where a partition is said to begin. */
  low?: { readonly partition: number; readonly offset: number };
}

type Call = (...args: readonly unknown[]) => unknown;

type Consumer = InstanceType<KafkaClient['KafkaConsumer']>;

/** The real client, with something put in front of calls of its consumers. */
function clientWith(client: KafkaClient, front: (consumer: Consumer) => object): KafkaClient {
  const KafkaConsumer = new Proxy(client.KafkaConsumer, {
    construct(Real, settings: ConstructorParameters<KafkaClient['KafkaConsumer']>) {
      const consumer = new Real(...settings);
      return Object.assign(consumer, front(consumer));
    },
  });
  return { ...client, KafkaConsumer };
}

function faultyClient(client: KafkaClient, faults: Faults): KafkaClient {
  const answer = (args: readonly unknown[], error: object) => (args.at(-1) as Call)(error);
  return clientWith(client, (consumer) => {
    const consume: unknown = consumer.consume.bind(consumer);
    const ask = consumer.queryWatermarkOffsets.bind(consumer) as Call;
    return {
      consume: (...args: readonly unknown[]) => {
        if (faults.hold !== undefined) {
          faults.hold = 'held';
          return setTimeout(() => (args.at(-1) as Call)(null, []), 20);
        }
        if (!faults.outOfRange) return (consume as Call)(...args);
        faults.outOfRange = false;
        return answer(args, OFFSET_RESET);
      },
      queryWatermarkOffsets: (...args: readonly unknown[]) => {
        const { low } = faults;
        if (low !== undefined && args[1] === low.partition)
          return (args.at(-1) as Call)(null, { lowOffset: low.offset, highOffset: low.offset + 1 });
        if (faults.unanswered === 0) return ask(...args);
        faults.unanswered -= 1;
        return answer(args, TRANSPORT);
      },
    };
  });
}

interface Seen {
  /** Whether it was told last to fetch nothing. */
  paused: boolean;
  /** How often it went on after that. */
  resumed: number;
  /** Calls that fetch, and messages that they brought. */
  calls: number;
  fetched: number;
}

function watchedClient(client: KafkaClient, seen: Seen): KafkaClient {
  return clientWith(client, (consumer) => {
    const consume: unknown = consumer.consume.bind(consumer);
    const pause = consumer.pause.bind(consumer) as Call;
    const resume = consumer.resume.bind(consumer) as Call;
    return {
      consume: (count: number, done: (error: unknown, messages?: readonly unknown[]) => void) => {
        seen.calls += 1;
        return (consume as Call)(count, (error: unknown, messages?: readonly unknown[]) => {
          seen.fetched += messages?.length ?? 0;
          done(error, messages);
        });
      },
      pause: (partitions: unknown) => {
        seen.paused = true;
        return pause(partitions);
      },
      resume: (partitions: unknown) => {
        if (seen.paused) seen.resumed += 1;
        seen.paused = false;
        return resume(partitions);
      },
    };
  });
}

function openReader(client: KafkaClient, brokers: string, topic: string, onFailure: (words: string) => void) {
  return KafkaReader.open({
    client,
    settings: connectionSettings(brokers, PLAINTEXT),
    target: { brokers, connection: PLAINTEXT },
    topic,
    group: `readers of ${topic}`,
    sessionTimeoutMs: 10_000,
    instanceId: null,
    onGap: () => undefined,
    onRebalance: () => undefined,
    onFailure: (error) => {
      onFailure(error.message);
    },
  });
}

describe.skipIf(!possible && process.env['CI'] !== 'true')('A reader whose next offset is gone', () => {
  let cluster: MockCluster;
  beforeAll(async () => {
    cluster = await startMockCluster();
  });
  afterAll(() => cluster.stop());

  it('asks again where to go on when the broker does not answer, and reads what comes', async () => {
    const log = await openKafkaLog(kafkaLogOptions(cluster.brokers, { createTopics: false, prefix: '' }));
    const record = (key: string) => ({ key, value: Buffer.from(key) });
    const faults: Faults = { outOfRange: false, unanswered: 0 };
    const failures: string[] = [];
    const client = faultyClient(await loadKafkaClient(), faults);
    const reader = await openReader(client, cluster.brokers, 'gone', (words) => failures.push(words));
    const next = () =>
      until(
        async () => (await reader.pull({ maxMessages: 1, maxBytes: 1e6, waitMs: 500 }))[0] ?? null,
        40_000,
        'a message',
      );
    await log.append('gone', [record('first')]);
    expect((await next()).key).toBe('first');
    faults.unanswered = 2;
    faults.outOfRange = true;
    await until(() => Promise.resolve(faults.unanswered === 0 ? true : null), 20_000, 'both questions');
    await log.append('gone', [record('second')]);
    expect((await next()).key).toBe('second');
    expect(failures.join()).toContain('transport failure');
    await reader.close();
    await log.close();
  }, 90_000);

  it('passes over what is gone without a halt and without a failure, and commits past it', async () => {
    const log = await openKafkaLog(kafkaLogOptions(cluster.brokers, { createTopics: false, prefix: '' }));
    const record = (name: string) => ({ key: 'one partition', value: Buffer.from(name) });
    await log.append('jumped', [record('first')]);
    const faults: Faults = { outOfRange: false, unanswered: 0 };
    const failures: string[] = [];
    const client = faultyClient(await loadKafkaClient(), faults);
    const reader = await openReader(client, cluster.brokers, 'jumped', (words) => failures.push(words));
    const next = (deadlineMs: number) =>
      until(
        async () => (await reader.pull({ maxMessages: 1, maxBytes: 1e6, waitMs: 500 }))[0] ?? null,
        deadlineMs,
        'a message',
      );
    const { partition, offset } = await next(40_000);
    await reader.commit([{ partition, offset: offset + 1 }]);
    failures.length = 0;
    faults.hold = 'asked';
    await until(() => Promise.resolve(faults.hold === 'held' ? true : null), 20_000, 'a reader that is held');
    await log.append('jumped', ['gone', 'gone too', 'fourth'].map(record));
    faults.low = { partition, offset: 3 };
    faults.outOfRange = true;
    delete faults.hold;
    // Committing waits at most 15 s for an answer that only this reader's own loop brings.
    const fourth = await next(10_000);
    expect(Buffer.from(fourth.value).toString()).toBe('fourth');
    const committed = async () =>
      (await log.committedPositions('jumped', 'readers of jumped')).find(
        (place) => place.partition === partition,
      );
    await until(
      async () => ((await committed())?.offset === 3 ? true : null),
      10_000,
      'the gap is committed',
    );
    expect(failures).toEqual([]);
    await reader.close();
    await log.close();
  }, 90_000);
});

describe.skipIf(!possible && process.env['CI'] !== 'true')(
  'A reader that is fuller than its caller is quick',
  () => {
    let cluster: MockCluster;
    beforeAll(async () => {
      cluster = await startMockCluster();
    });
    afterAll(() => cluster.stop());

    it('stops fetching and goes on once for thousands of messages, and gives all of them once', async () => {
      const messages = 30_000;
      const log = await openKafkaLog(kafkaLogOptions(cluster.brokers, { createTopics: false, prefix: '' }));
      for (let first = 0; first < messages; first += 5_000) {
        const keys = Array.from({ length: 5_000 }, (_, index) => String(first + index));
        await log.append(
          'full',
          keys.map((key) => ({ key, value: Buffer.from(key) })),
        );
      }
      const seen: Seen = { paused: false, resumed: 0, calls: 0, fetched: 0 };
      const client = watchedClient(await loadKafkaClient(), seen);
      const reader = await openReader(client, cluster.brokers, 'full', () => undefined);
      await until(() => Promise.resolve(seen.paused ? true : null), 40_000, 'a full reader');
      const given = new Set<string>();
      let repeats = 0;
      while (given.size < messages) {
        const pulled = await reader.pull({ maxMessages: 500, maxBytes: 1e6, waitMs: 20_000 });
        expect(pulled.length).toBeGreaterThan(0);
        for (const { key } of pulled) {
          repeats += given.has(key) ? 1 : 0;
          given.add(key);
        }
        // Its loop has had its turn and has fetched what it wants: whoever goes on at the first room has gone on by now.
        const turn = seen.calls + 2;
        const settled = () => seen.calls >= turn && (seen.paused || seen.fetched === messages);
        await until(() => Promise.resolve(settled() ? true : null), 20_000, 'a reader that has enough');
      }
      expect(repeats).toBe(0);
      // 20,000 beyond the first 10,000, and each time at least 5,000.
      expect(seen.resumed).toBeGreaterThanOrEqual(2);
      expect(seen.resumed).toBeLessThanOrEqual(5);
      await reader.close();
      await log.close();
    }, 120_000);
  },
);
