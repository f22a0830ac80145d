import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { LogPosition } from '../../pipeline/core/document.js';
import { RAW_TOPIC } from '../../pipeline/core/log.js';
import type { DurableLog, LogMessage, LogReader } from '../../pipeline/core/log.js';
import { connect, disconnect, watermarks } from '../../pipeline/log/kafka/calls.js';
import { PLAINTEXT } from '../../pipeline/log/kafka/connection.js';
import { loadKafkaClient } from '../../pipeline/log/kafka/load-client.js';
import type { LogGap } from '../../pipeline/log/kafka/reader-options.js';
import { canStartKafka, startKafkaBroker, type KafkaBroker } from '../support/kafka-broker.js';
import { hasKafkaClient, kafkaLogOptions, openKafkaLog } from '../support/kafka-mock.js';
import { until } from '../support/service.js';

const possible = (await hasKafkaClient()) && (await canStartKafka());
const PULL = { maxMessages: 500, maxBytes: 1_000_000, waitMs: 100 };

const place = ({ partition, offset }: LogPosition) => `${partition}/${offset}`;
const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    key: `k${(from + index) % 30}`,
    value: Buffer.from(String(from + index)),
  }));

function following(messages: readonly LogMessage[]): LogPosition[] {
  const next = new Map<number, number>();
  for (const { partition, offset } of messages) next.set(partition, offset + 1);
  return [...next].map(([partition, offset]) => ({ partition, offset }));
}

/** Reads and commits until `enough`; answers fail the test after a minute instead of hanging. */
async function readUntil(reader: LogReader, seen: LogMessage[], enough: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!enough()) {
    if (performance.now() > deadline) throw new Error(`After a minute there are ${seen.length} messages.`);
    const messages = await reader.pull(PULL);
    if (messages.length === 0) continue;
    await reader.commit(following(messages));
    seen.push(...messages);
  }
}

describe.skipIf(!possible && process.env['CI'] !== 'true')('The log on a real broker', () => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await startKafkaBroker();
  }, 180_000);
  afterAll(() => broker.dispose());

  const open = (prefix: string): Promise<DurableLog> =>
    openKafkaLog(kafkaLogOptions(broker.brokers, { prefix }));

  it('hands the partitions of a reader that leaves to the other one, with nothing lost and nothing twice', async () => {
    const [first, second] = [await open('share.'), await open('share.')];
    const held = new Set<number>();
    let joined: () => void = () => undefined;
    const hasJoined = new Promise<void>((resolve) => (joined = resolve));
    const one = await first.openReader(RAW_TOPIC, 'g');
    const two = await second.openReader(RAW_TOPIC, 'g', {
      onAssigned(ids) {
        for (const id of ids) held.add(id);
        joined();
        return Promise.resolve();
      },
    });
    const seen: LogMessage[] = [];
    let left = false;
    const both = [readUntil(one, seen, () => left), readUntil(two, seen, () => seen.length >= 600)];
    await first.append(RAW_TOPIC, numbered(0, 300));
    await hasJoined;
    left = true;
    await both[0];
    await one.close();
    await second.append(RAW_TOPIC, numbered(300, 300));
    await both[1];
    expect(held.size).toBe(3);
    expect(new Set(seen.map(place)).size).toBe(600);
    expect(seen).toHaveLength(600);
    await Promise.all([first.close(), second.close()]);
  }, 90_000);

  it('goes on after the broker was killed and came back, with every acknowledged record in its place', async () => {
    const writing = await open('killed.');
    const reading = await open('killed.');
    const reader = await reading.openReader(RAW_TOPIC, 'g');
    const acknowledged = new Set<string>();
    let stopped = false;
    let refused = 0;
    const write = async () => {
      for (let from = 0; !stopped; from += 20) {
        for (;;) {
          const positions = await writing.append(RAW_TOPIC, numbered(from, 20)).catch((error: unknown) => {
            expect(error).toMatchObject({ retriable: true });
            refused += 1;
            return null;
          });
          if (positions === null) continue;
          for (const position of positions) acknowledged.add(place(position));
          break;
        }
      }
    };
    const writer = write();
    const seen: LogMessage[] = [];
    // It fetches ahead and pauses, so the partitions are paused when the group is given up for dead.
    await readUntil(reader, seen, () => seen.length >= 200);
    await broker.kill();
    await broker.start();
    const at = seen.length;
    await readUntil(reader, seen, () => seen.length >= at + 200);
    stopped = true;
    await writer;
    const missing = () => {
      const places = new Set(seen.map(place));
      return [...acknowledged].filter((each) => !places.has(each));
    };
    await readUntil(reader, seen, () => missing().length === 0);
    console.info(`${acknowledged.size} acknowledged, ${seen.length} read, ${refused} appends refused`);
    // What was given out after a kill and not committed before it comes again; positions never do anything else.
    const values = new Map<string, string>();
    for (const message of seen) {
      const value = Buffer.from(message.value).toString();
      expect(values.get(place(message)) ?? value).toBe(value);
      values.set(place(message), value);
    }
    await Promise.all([reading.close(), writing.close()]);
  }, 180_000);

  it('makes its topics itself, although the broker would make them with settings of its own', async () => {
    const log = await open('made.');
    // The broker's own limit is 1 MB.
    await log.append(RAW_TOPIC, [{ key: 'large', value: randomBytes(5_000_000) }]);
    expect(await log.endPositions(RAW_TOPIC)).toHaveLength(3);
    await log.close();
  }, 60_000);

  it('reports what the broker dropped unread once, and not again by the next reader', async () => {
    const gaps: LogGap[] = [];
    const options = kafkaLogOptions(broker.brokers, {
      prefix: 'gap.',
      partitions: 1,
      retentionMs: 1_000,
      onGap: (gap) => {
        gaps.push(gap);
      },
    });
    const log = await openKafkaLog(options);
    const first = await log.openReader(RAW_TOPIC, 'g');
    await log.append(RAW_TOPIC, numbered(0, 10));
    const before: LogMessage[] = [];
    await readUntil(first, before, () => before.length >= 10);
    await first.close();
    await log.append(RAW_TOPIC, numbered(10, 30));
    await until(
      () => droppedTo(broker.brokers, `gap.${RAW_TOPIC}`, 40),
      60_000,
      'the retention drops it all',
    );
    for (let turn = 1; turn <= 2; turn += 1) {
      const reader = await log.openReader(RAW_TOPIC, 'g');
      await until(
        async () => ((await log.committedPositions(RAW_TOPIC, 'g'))[0]?.offset === 40 ? true : null),
        30_000,
        'the gap is committed past',
      );
      expect(await reader.pull(PULL)).toEqual([]);
      await reader.close();
    }
    expect(gaps).toEqual([{ topic: `gap.${RAW_TOPIC}`, partition: 0, from: 10, to: 40 }]);
    await log.close();
  }, 120_000);

  it('shuts a reader out, in words, when another process has its name', async () => {
    const options = kafkaLogOptions(broker.brokers, { prefix: 'name.', instanceId: 'pod-1' });
    const [first, second] = [await openKafkaLog(options), await openKafkaLog(options)];
    const one = await first.openReader(RAW_TOPIC, 'g');
    await first.append(RAW_TOPIC, numbered(0, 10));
    const before: LogMessage[] = [];
    await readUntil(one, before, () => before.length >= 10);
    const two = await second.openReader(RAW_TOPIC, 'g');
    const pulls = async () => {
      const deadline = performance.now() + 60_000;
      while (performance.now() < deadline) await one.pull(PULL);
    };
    await expect(pulls()).rejects.toMatchObject({ code: 'kafka_reader_fenced' });
    await two.close();
    await Promise.all([first.close(), second.close()]);
  }, 90_000);
});

async function droppedTo(brokers: string, topic: string, offset: number): Promise<true | null> {
  const client = await loadKafkaClient();
  const asking = new client.Producer({ 'metadata.broker.list': brokers }, {});
  await connect(asking, { brokers, connection: PLAINTEXT });
  const { low } = await watermarks(asking, { topic, partition: 0 });
  await disconnect(asking);
  return low >= offset ? true : null;
}
