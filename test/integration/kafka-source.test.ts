import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createKafkaSource } from '../../ingest/sources/kafka.js';
import type { Delivery, RejectedItem } from '../../ingest/source.js';
import { systemClock } from '../../pipeline/core/clock.js';
import type { RawDocument } from '../../pipeline/core/document.js';
import { ConfigError, UnavailableError } from '../../pipeline/core/errors.js';
import { PLAINTEXT } from '../../pipeline/log/kafka/connection.js';
import { openTopic } from '../../pipeline/log/kafka/open-topic.js';
import { createBreaker } from '../../pipeline/operators/breaker.js';
import {
  hasKafkaClient,
  kafkaLogOptions,
  openKafkaLog,
  startMockCluster,
  type MockCluster,
} from '../support/kafka-mock.js';
import { until } from '../support/service.js';

const possible = await hasKafkaClient();

describe.skipIf(!possible && process.env['CI'] !== 'true')('A topic of somebody else as a source', () => {
  let cluster: MockCluster;
  beforeAll(async () => {
    cluster = await startMockCluster();
  });
  afterAll(() => cluster.stop());

  const messages = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      key: `k${from + index}`,
      value: Buffer.from(
        JSON.stringify({
          id: from + index,
          news: { head: `坏消息 ${from + index}` },
          at: '2026-03-02T09:00:00Z',
        }),
      ),
    }));

  it('delivers each message once it can be stored, hands on the bytes of what is no document, and goes on after a restart', async () => {
    const log = await openKafkaLog(kafkaLogOptions(cluster.brokers, { createTopics: false, prefix: '' }));
    const delivered: RawDocument[] = [];
    const rejected: RejectedItem[] = [];
    const unreadable: string[] = [];
    let failures = 1;
    const run = (abort: AbortController) =>
      createKafkaSource({
        source: { id: 'desk', kind: 'news', name: 'Desk', licence: null, credibility: 0.7 },
        topic: 'company.news',
        mapping: { nativeId: 'id', title: 'news.head', publishedAt: 'at' },
        clock: { ...systemClock, sleep: (_ms, signal) => systemClock.sleep(20, signal) },
        onRejected: (item) => rejected.push(item),
        createBreaker,
        openReader: () =>
          openTopic({
            brokers: cluster.brokers,
            connection: PLAINTEXT,
            topic: 'company.news',
            group: 'bellwether',
            onGap: () => undefined,
            onFailure: () => undefined,
          }),
      }).run((delivery) => {
        if (failures > 0) {
          failures -= 1;
          return Promise.reject(new UnavailableError('log_full', 'The log is full.', { retriable: true }));
        }
        delivered.push(...delivery.documents);
        for (const { value } of delivery.unreadable ?? []) unreadable.push(Buffer.from(value).toString());
        return Promise.resolve();
      }, abort.signal);

    await log.append('company.news', [...messages(0, 5), { key: 'bad', value: Buffer.from('{"id":') }]);
    const first = new AbortController();
    const running = run(first);
    await until(() => Promise.resolve(delivered.length >= 5 ? true : null), 40_000, 'five documents come');
    first.abort();
    await running;
    expect(delivered.map(({ title }) => title).sort()).toEqual([0, 1, 2, 3, 4].map((n) => `坏消息 ${n}`));
    expect(rejected).toMatchObject([{ code: 'not_json', sourceId: 'desk' }]);
    expect(unreadable).toEqual(['{"id":']);
    expect(rejected[0]?.place).toMatch(/company.news, partition \d, offset \d/);

    await log.append('company.news', messages(5, 2));
    const second = new AbortController();
    const again = run(second);
    await until(() => Promise.resolve(delivered.length >= 7 ? true : null), 40_000, 'the next two come');
    second.abort();
    await again;
    expect(new Set(delivered.map(({ id }) => id)).size).toBe(7);
    expect(delivered).toHaveLength(7);
    await log.close();
  }, 90_000);

  it('stops and commits nothing of them when 5 % of the last 1,000 are no documents', async () => {
    const log = await openKafkaLog(kafkaLogOptions(cluster.brokers, { createTopics: false, prefix: '' }));
    await log.append('mistyped.news', messages(0, 500));
    const deliveries: Delivery[] = [];
    const rejected: RejectedItem[] = [];
    const source = createKafkaSource({
      source: { id: 'desk', kind: 'news', name: 'Desk', licence: null, credibility: 0.7 },
      topic: 'mistyped.news',
      mapping: { nativeId: 'id', title: 'news.haed', publishedAt: 'at' },
      clock: systemClock,
      onRejected: (item) => rejected.push(item),
      createBreaker,
      openReader: () =>
        openTopic({
          brokers: cluster.brokers,
          connection: PLAINTEXT,
          topic: 'mistyped.news',
          group: 'bellwether',
          onGap: () => undefined,
          onFailure: () => undefined,
        }),
    });
    const abort = new AbortController();
    const deliver = (delivery: Delivery) => Promise.resolve(void deliveries.push(delivery));
    const stopped: unknown = await source.run(deliver, abort.signal).catch((error: unknown) => error);
    expect(stopped).toBeInstanceOf(ConfigError);
    expect(stopped).toMatchObject({ code: 'source_flooded' });
    expect(source.status()).toMatchObject({ state: 'degraded' });
    expect(source.status().reason).toContain('mapping');
    expect(rejected[0]?.message).not.toBe('');
    const handedOn = deliveries.flatMap(({ unreadable = [] }) => unreadable).length;
    expect(handedOn).toBeLessThan(50);
    const committed = await log.committedPositions('mistyped.news', 'bellwether');
    expect(committed.reduce((sum, { offset }) => sum + offset, 0)).toBe(handedOn);
    await log.close();
  }, 90_000);
});
