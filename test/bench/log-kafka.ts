import { performance } from 'node:perf_hooks';

import type { KafkaConsumer, Message, Producer } from 'node-rdkafka';

import { loadKafkaClient, type KafkaClient } from '../../pipeline/log/kafka/load-client.js';
import type { DurableLog } from '../../pipeline/core/log.js';
import { useKafkaBroker } from '../support/kafka-broker.js';
import { kafkaLogOptions, openKafkaLog } from '../support/kafka-mock.js';
import { percentiles } from './figures.js';

/*
 * The Kafka adapter beside the shortest loop on the same client that promises the same: an idempotent producer whose
 * delivery reports are awaited batch by batch, a consumer that commits each batch. One partition, 500 B a record. The two take
 * turns, so that whatever else the machine does meets both.
 */
const TOTAL = 50_000;
const BATCH = 200;
const FETCH = 500;
const ROUNDS = 5;
const BYTES = Buffer.alloc(500, 7);
const RECORDS = Array.from({ length: BATCH }, (_, index) => ({ key: `k${index}`, value: BYTES }));

const client = await loadKafkaClient();
const broker = await useKafkaBroker();
const producer = await openBareProducer(client, broker.brokers);
const times = {
  append: [] as number[],
  bareAppend: [] as number[],
  read: [] as number[],
  readAwaited: [] as number[],
  bareRead: [] as number[],
};
try {
  // The first round warms both up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const prefix = `bench${Date.now().toString(36)}${round}.`;
    const log = await openKafkaLog(kafkaLogOptions(broker.brokers, { prefix, partitions: 1 }));
    // Makes the topic, which the bare loop then uses as well.
    await log.append('t', RECORDS.slice(0, 1));
    const topic = `${prefix}t`;
    const samples = {
      append: await timed(() => appendAll(log)),
      bareAppend: await timed(() => produceAll(producer, topic)),
      read: await timed(() => readAll(log, 'shared', false)),
      readAwaited: await timed(() => readAll(log, 'awaited', true)),
      bareRead: await timed(() => consumeAll(client, broker.brokers, topic)),
    };
    await log.close();
    if (round > 0) keep(samples);
  }
} finally {
  await new Promise<void>((resolve) => {
    producer.disconnect(() => {
      resolve();
    });
  });
  await broker.dispose();
}
report('Kafka: append 500 B, 200 at a time', times.append, times.bareAppend);
report('Kafka: read, commits share requests', times.read, times.bareRead);
report('Kafka: read, each commit awaited', times.readAwaited, times.bareRead);

function keep(samples: Readonly<Record<keyof typeof times, number>>): void {
  times.append.push(samples.append);
  times.bareAppend.push(samples.bareAppend);
  times.read.push(samples.read);
  times.readAwaited.push(samples.readAwaited);
  times.bareRead.push(samples.bareRead);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function report(what: string, own: readonly number[], bare: readonly number[]): void {
  const median = (samples: readonly number[]) => percentiles(samples)?.p50 ?? NaN;
  const perSecond = (ms: number) => Math.round((TOTAL / ms) * 1_000).toLocaleString('en');
  const ratios = own.map((ms, round) => ms / (bare[round] ?? NaN));
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  process.stdout.write(
    `${what.padEnd(40)} ${perSecond(median(own))} a second, bare loop ${perSecond(median(bare))}; time ${median(ratios).toFixed(2)} x (${spread})\n`,
  );
}

async function appendAll(log: DurableLog): Promise<void> {
  for (let sent = 0; sent < TOTAL; sent += BATCH) await log.append('t', RECORDS);
}

/** As a stage does it under load, where what is done while a commit is on its way shares the next; or one after the other. */
async function readAll(log: DurableLog, group: string, awaited: boolean): Promise<void> {
  const reader = await log.openReader('t', group);
  let commit = Promise.resolve();
  for (let seen = 0; seen < TOTAL;) {
    const messages = await reader.pull({ maxMessages: FETCH, maxBytes: 4e6, waitMs: 10_000 });
    seen += messages.length;
    const last = messages.at(-1);
    if (last === undefined) continue;
    commit = reader.commit([{ partition: last.partition, offset: last.offset + 1 }]);
    if (awaited) await commit;
  }
  await commit;
  await reader.close();
}

async function openBareProducer({ Producer }: KafkaClient, brokers: string): Promise<Producer> {
  const opened = new Producer({
    'metadata.broker.list': brokers,
    'enable.idempotence': true,
    'max.in.flight.requests.per.connection': 5,
    'compression.codec': 'lz4',
    'linger.ms': 2,
    dr_cb: true,
  });
  opened.setPollInterval(10);
  await new Promise<void>((resolve, reject) => {
    opened.connect({}, (error: unknown) => {
      if (error === null || error === undefined) resolve();
      else reject(new Error('The broker does not answer.', { cause: error }));
    });
  });
  return opened;
}

async function produceAll(through: Producer, topic: string): Promise<void> {
  for (let sent = 0; sent < TOTAL; sent += BATCH) {
    await new Promise<void>((resolve, reject) => {
      let left = BATCH;
      const onReport = (error: unknown) => {
        left -= 1;
        if (error !== null && error !== undefined) reject(new Error('Not delivered.', { cause: error }));
        if (left > 0) return;
        through.off('delivery-report', onReport);
        resolve();
      };
      through.on('delivery-report', onReport);
      for (const { key, value } of RECORDS) through.produce(topic, 0, value, key);
      through.poll();
    });
  }
}

async function consumeAll({ KafkaConsumer }: KafkaClient, brokers: string, topic: string): Promise<void> {
  const consumer: KafkaConsumer = new KafkaConsumer(
    {
      'metadata.broker.list': brokers,
      'group.id': `bare-${topic}`,
      'enable.auto.commit': false,
      'enable.partition.eof': true,
      'fetch.wait.max.ms': 50,
    },
    { 'auto.offset.reset': 'earliest' },
  );
  consumer.setDefaultConsumeTimeout(50);
  await new Promise((resolve) => consumer.connect({}, resolve));
  consumer.subscribe([topic]);
  for (let seen = 0; seen < TOTAL;) {
    const messages = await new Promise<Message[]>((resolve, reject) => {
      consumer.consume(FETCH, (error: unknown, fetched: Message[]) => {
        if (error === null || error === undefined) resolve(fetched);
        else reject(new Error('Not read.', { cause: error }));
      });
    });
    seen += messages.length;
    const last = messages.at(-1);
    if (last !== undefined)
      consumer.commitSync({ topic, partition: last.partition, offset: last.offset + 1 });
  }
  await new Promise((resolve) => consumer.disconnect(resolve));
}
