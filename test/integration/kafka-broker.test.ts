import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { LogPosition } from '../../pipeline/core/document.js';
import { RAW_TOPIC } from '../../pipeline/core/log.js';
import type { DurableLog, LogMessage, LogReader } from '../../pipeline/core/log.js';
import { canStartKafka, startKafkaBroker, type KafkaBroker } from '../support/kafka-broker.js';
import { hasKafkaClient, kafkaLogOptions, openKafkaLog } from '../support/kafka-mock.js';

const possible = (await hasKafkaClient()) && (await canStartKafka());
const PULL = { maxMessages: 100, maxBytes: 1_000_000, waitMs: 100 };

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
});
