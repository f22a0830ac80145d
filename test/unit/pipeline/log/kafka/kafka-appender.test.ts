import { EventEmitter } from 'node:events';

import { expect, it } from 'vitest';

import { PLAINTEXT } from '../../../../../pipeline/log/kafka/connection.js';
import { KafkaAppender } from '../../../../../pipeline/log/kafka/kafka-appender.js';
import type { KafkaClient } from '../../../../../pipeline/log/kafka/load-client.js';

const QUEUE_FULL = Object.assign(new Error('Local: Queue full'), { code: -184 });
const TIMED_OUT = { code: -192, message: 'Local: Message timed out' };

/** A client whose queue holds one record, which times out in an outage; then the brokers are back. */
class OneRecordProducer extends EventEmitter {
  readonly taken: string[] = [];
  connect = (_options: unknown, done: (error: null, metadata: object) => void) => {
    done(null, {});
  };
  setPollInterval = () => undefined;
  produce = (...[, , , key, , opaque]: [string, number, Buffer, string, null, unknown]) => {
    if (this.taken.length === 1) {
      queueMicrotask(() =>
        this.emit('delivery-report', TIMED_OUT, { opaque: this.#first, partition: 0, offset: -1 }),
      );
      this.taken.push('full');
      throw QUEUE_FULL;
    }
    this.#first ??= opaque;
    this.taken.push(key);
  };
  #first: unknown = null;
}

it('An append of which a record was given up sends none of its later records, which would overtake it', async () => {
  const producer = new OneRecordProducer();
  const client = {
    Producer: function make() {
      return producer;
    },
  } as unknown as KafkaClient;
  const target = { brokers: 'kafka.example:9092', connection: PLAINTEXT };
  const appender = await KafkaAppender.open({ client, settings: {}, target, onFailure: () => undefined });
  const records = ['original', 'correction'].map((key) => ({ key, value: Buffer.from(key) }));
  await expect(appender.append('documents.raw', null, records)).rejects.toMatchObject({ retriable: true });
  expect(producer.taken).toEqual(['original', 'full']);
});
