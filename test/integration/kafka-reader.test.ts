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
}

type Call = (...args: readonly unknown[]) => unknown;

/** The real client, with these faults put in front of two of its calls. */
function faultyClient(client: KafkaClient, faults: Faults): KafkaClient {
  const answer = (args: readonly unknown[], error: object) => (args.at(-1) as Call)(error);
  const KafkaConsumer = new Proxy(client.KafkaConsumer, {
    construct(Consumer, settings: ConstructorParameters<KafkaClient['KafkaConsumer']>) {
      const consumer = new Consumer(...settings);
      const consume: unknown = consumer.consume.bind(consumer);
      const ask = consumer.queryWatermarkOffsets.bind(consumer) as Call;
      return Object.assign(consumer, {
        consume: (...args: readonly unknown[]) => {
          if (!faults.outOfRange) return (consume as Call)(...args);
          faults.outOfRange = false;
          return answer(args, OFFSET_RESET);
        },
        queryWatermarkOffsets: (...args: readonly unknown[]) => {
          if (faults.unanswered === 0) return ask(...args);
          faults.unanswered -= 1;
          return answer(args, TRANSPORT);
        },
      });
    },
  });
  return { ...client, KafkaConsumer };
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
    const reader = await KafkaReader.open({
      client: faultyClient(await loadKafkaClient(), faults),
      settings: connectionSettings(cluster.brokers, PLAINTEXT),
      target: { brokers: cluster.brokers, connection: PLAINTEXT },
      topic: 'gone',
      group: 'readers',
      sessionTimeoutMs: 10_000,
      instanceId: null,
      onGap: () => undefined,
      onRebalance: () => undefined,
      onFailure: (error) => failures.push(error.message),
    });
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
});
