import { setTimeout as pause } from 'node:timers/promises';
import type { DeliveryReport, LibrdKafkaError, Producer } from 'node-rdkafka';

import { UnavailableError, type BellwetherError } from '../../core/errors.js';
import type { LogPosition } from '../../core/document.js';
import { MAX_RECORD_BYTES, type LogRecord } from '../../core/log.js';
import { CODE, codeOf, connect, disconnect, toLogError, bounded, isFatal, watchRefusals } from './calls.js';
import type { ConnectionTarget } from './connection-errors.js';
import type { Settings } from './connection.js';
import type { KafkaClient } from './load-client.js';

const FLUSH_MS = 5_000;
const QUEUE_FULL_MS = 5;

const PRODUCER_SETTINGS: Settings = {
  'enable.idempotence': true,
  acks: -1,
  'max.in.flight.requests.per.connection': 5,
  'compression.codec': 'lz4',
  'linger.ms': 2,
  // Afterwards the sender hears that it must try again; identity makes the repeat harmless.
  'message.timeout.ms': 30_000,
  'message.max.bytes': MAX_RECORD_BYTES,
  'queue.buffering.max.messages': 50_000,
  'queue.buffering.max.kbytes': 65_536,
  'statistics.interval.ms': 0,
  dr_cb: true,
};

/** One append on its way: resolves when every record has its delivery report. */
class Delivery {
  readonly positions: LogPosition[];
  readonly done: Promise<readonly LogPosition[]>;
  #left: number;
  #failure: unknown = null;
  #resolve: (positions: readonly LogPosition[]) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(count: number) {
    this.positions = new Array<LogPosition>(count);
    this.#left = count;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever appends awaits it; a failure before that must not end the process.
    this.done.catch(() => undefined);
  }

  /** Why a record of it is lost, so that the whole append will be rejected and repeated; null while none is. */
  get failure(): unknown {
    return this.#failure;
  }

  report(index: number, error: unknown, position: LogPosition): void {
    this.positions[index] = position;
    if (error !== null && error !== undefined) this.#failure ??= error;
    this.#left -= 1;
    if (this.#left > 0) return;
    if (this.#failure === null) this.#resolve(this.positions);
    else this.#reject(toLogError(this.#failure, 'append'));
  }

  fail(from: number, error: unknown): void {
    for (let index = from; index < this.positions.length; index += 1)
      this.report(index, error, { partition: -1, offset: -1 });
  }
}

interface Place {
  readonly delivery: Delivery;
  readonly index: number;
}

export interface AppenderOptions {
  readonly client: KafkaClient;
  readonly settings: Settings;
  readonly target: ConnectionTarget;
  /** Told of brokers that refuse us while records wait. */
  readonly onFailure: (error: BellwetherError) => void;
}

/** Sends records and knows when the brokers have them. One idempotent producer; replaced when it can no longer be used. */
export class KafkaAppender {
  #producer: Producer;
  #turn: Promise<unknown> = Promise.resolve();
  #fatal = false;
  #closed = false;

  private constructor(private readonly options: AppenderOptions) {
    this.#producer = this.#create();
  }

  static async open(options: AppenderOptions): Promise<KafkaAppender> {
    const appender = new KafkaAppender(options);
    await appender.#connect(appender.#producer);
    return appender;
  }

  get producer(): Producer {
    return this.#producer;
  }

  /** Records of one call, and of calls one after the other, keep their order in each partition. */
  async append(
    topic: string,
    partition: number | null,
    records: readonly LogRecord[],
  ): Promise<readonly LogPosition[]> {
    if (this.#closed) throw new UnavailableError('log_closed', 'The log is closed.');
    const delivery = new Delivery(records.length);
    const send = this.#turn.then(() => this.#send(topic, partition, records, delivery));
    this.#turn = send.catch(() => undefined);
    await send;
    return delivery.done;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#turn;
    await bounded(FLUSH_MS + 1_000, 'flush', (done) => {
      this.#producer.flush(FLUSH_MS, (error) => {
        done(error, undefined);
      });
    }).catch(() => undefined);
    await disconnect(this.#producer);
  }

  async #send(
    topic: string,
    partition: number | null,
    records: readonly LogRecord[],
    delivery: Delivery,
  ): Promise<void> {
    await this.#replaceWhenFatal();
    for (const [index, record] of records.entries()) {
      const place: Place = { delivery, index };
      try {
        await this.#produce(topic, partition, record, place);
      } catch (error) {
        delivery.fail(index, error);
        return;
      }
    }
  }

  async #produce(topic: string, partition: number | null, record: LogRecord, place: Place): Promise<void> {
    for (;;) {
      // After a record that timed out none may go: it would overtake the repeat, as a correction its original.
      const { failure } = place.delivery;
      if (failure !== null) throw toLogError(failure, 'append');
      try {
        const value = Buffer.from(record.value.buffer, record.value.byteOffset, record.value.byteLength);
        this.#producer.produce(topic, partition, value, record.key, null, place);
        return;
      } catch (error) {
        if (codeOf(error) !== CODE.queueFull) throw error;
        // Its own buffer is full: the brokers are slower than we are.
        await pause(QUEUE_FULL_MS);
      }
    }
  }

  #create(): Producer {
    const { client, settings } = this.options;
    const producer = new client.Producer(
      { ...settings, ...PRODUCER_SETTINGS },
      { partitioner: 'murmur2_random' },
    );
    producer.setPollInterval(2);
    producer.on('delivery-report', (error: LibrdKafkaError | null, report: DeliveryReport) => {
      const { delivery, index } = report.opaque as Place;
      delivery.report(index, error, { partition: report.partition, offset: report.offset });
    });
    producer.on('event.error', (error) => {
      if (isFatal(error)) this.#fatal = true;
    });
    return producer;
  }

  async #connect(producer: Producer): Promise<void> {
    const { target, onFailure } = this.options;
    await connect(producer, target);
    watchRefusals(producer, target, onFailure);
  }

  /** After a fatal error an idempotent producer sends nothing any more. */
  async #replaceWhenFatal(): Promise<void> {
    if (!this.#fatal) return;
    const old = this.#producer;
    const fresh = this.#create();
    await this.#connect(fresh);
    this.#producer = fresh;
    this.#fatal = false;
    await disconnect(old);
  }
}
