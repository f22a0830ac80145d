import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createKafkaSource } from '../../ingest/sources/kafka.js';
import { systemClock } from '../../pipeline/core/clock.js';
import { PLAINTEXT } from '../../pipeline/log/kafka/connection.js';
import { openTopic } from '../../pipeline/log/kafka/open-topic.js';
import { createBreaker } from '../../pipeline/operators/breaker.js';
import { canUseKafka, useKafkaBroker, type GivenBroker } from '../support/kafka-broker.js';
import { hasKafkaClient, kafkaLogOptions, openKafkaLog } from '../support/kafka-mock.js';
import { runCommand, temporaryFolder, until } from '../support/service.js';

const possible = (await hasKafkaClient()) && (await canUseKafka());
const TOPIC = `trial-${process.pid}`;

const MESSAGES = ['Aldermoor warns', 'Brightwater rises'].map((head, id) => ({
  key: String(id),
  value: Buffer.from(JSON.stringify({ id, head, at: '2026-03-31T14:05:00Z' })),
}));
const MAPPING = { nativeId: 'id', title: 'head', publishedAt: 'at' };

describe.skipIf(!possible && process.env['CI'] !== 'true')(
  'a topic of somebody else on a real broker',
  () => {
    let broker: GivenBroker;
    let folder: Awaited<ReturnType<typeof temporaryFolder>>;
    beforeAll(async () => {
      folder = await temporaryFolder();
      broker = await useKafkaBroker();
    }, 180_000);
    afterAll(async () => {
      await broker.dispose();
      await folder.remove();
    });

    const tryTopic = async (more: { readonly topic?: string; readonly brokers?: string }) => {
      const config = join(folder.path, 'config.yaml');
      const source = {
        type: 'kafka',
        id: 'desk',
        brokers: `kafka://${more.brokers ?? broker.brokers}`,
        topic: more.topic ?? TOPIC,
        name: 'Desk',
        licence: 'our own',
        group: 'desk-service',
        mapping: MAPPING,
      };
      await writeFile(config, JSON.stringify({ sources: [source] }));
      const { code, out, words } = await runCommand([
        'sources',
        'test',
        'desk',
        '--config',
        config,
        '--json',
      ]);
      if (code === 2) throw new Error(words);
      return { code, answer: out === '' ? null : (JSON.parse(out) as Record<string, unknown>) };
    };

    it('is tried: what comes first is shown, and nothing of the group is moved', async () => {
      const log = await openKafkaLog(kafkaLogOptions(broker.brokers, { createTopics: true, prefix: '' }));
      await log.append(TOPIC, MESSAGES);
      const { code, answer } = await tryTopic({});
      expect([code, answer]).toEqual([0, expect.objectContaining({ ok: true })]);
      const titles = (answer?.['newest'] as { title: string }[]).map(({ title }) => title);
      expect(titles.length).toBeGreaterThan(0);
      const committed = await log.committedPositions(TOPIC, 'desk-service');
      expect(committed.map(({ offset }) => offset)).toEqual([0, 0, 0]);
      await log.close();
    }, 90_000);

    it('is tried: that there is no such topic is said, and none is made', async () => {
      const topic = `${TOPIC}-missing`;
      for (let round = 0; round < 2; round += 1) {
        const { code, answer } = await tryTopic({ topic });
        expect([code, answer]).toEqual([1, expect.objectContaining({ ok: false })]);
        expect(answer?.['sentence']).toBe(
          `Kafka at ${broker.brokers} has no topic "${topic}", or does not show it to this user. Correct "topic", have it made, or ask for the right to read it.`,
        );
      }
    }, 90_000);

    it('is tried: that no broker answers is said', async () => {
      const { code, answer } = await tryTopic({ brokers: '127.0.0.1:1' });
      expect([code, answer]).toEqual([1, expect.objectContaining({ ok: false })]);
      expect(answer?.['sentence']).toMatch(
        /^No Kafka broker answers at 127\.0\.0\.1:1 \(.+\)\. Start them or correct the address/,
      );
    }, 90_000);

    it('is waited for by a running source while it is not there', async () => {
      const topic = `${TOPIC}-later`;
      const titles: (string | null)[] = [];
      const source = createKafkaSource({
        source: { id: 'desk', kind: 'news', name: 'Desk', licence: null, credibility: 0.7 },
        topic,
        mapping: MAPPING,
        clock: { ...systemClock, sleep: (_ms, signal) => systemClock.sleep(200, signal) },
        onRejected: () => undefined,
        createBreaker,
        openReader: () =>
          openTopic({
            brokers: broker.brokers,
            connection: PLAINTEXT,
            topic,
            group: 'desk-service',
            onGap: () => undefined,
            onFailure: () => undefined,
          }),
      });
      const stop = new AbortController();
      const running = source.run(({ documents }) => {
        titles.push(...documents.map(({ title }) => title));
        return Promise.resolve();
      }, stop.signal);
      const is = (whether: () => boolean) => () => Promise.resolve(whether() ? true : null);
      await until(
        is(() => source.status().state === 'degraded'),
        40_000,
        'the source says that it waits',
      );
      expect(source.status().reason).toContain(`has no topic "${topic}"`);
      const log = await openKafkaLog(kafkaLogOptions(broker.brokers, { createTopics: true, prefix: '' }));
      await log.append(topic, MESSAGES);
      await until(
        is(() => titles.length === MESSAGES.length),
        40_000,
        'its messages come',
      );
      expect(source.status()).toMatchObject({ state: 'ok', reason: null });
      stop.abort();
      await running;
      await log.close();
    }, 120_000);
  },
);
