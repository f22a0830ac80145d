import type { Clock } from '../../pipeline/core/clock.js';
import type { RawDocument } from '../../pipeline/core/document.js';
import { InvalidDocumentError } from '../../pipeline/core/errors.js';
import type { ParseThread } from '../../ingest/parse-thread/parse-thread.js';
import { parseEml } from '../../ingest/parse/parse-eml.js';
import { readFeedBytes } from '../../ingest/parse/read-feed-bytes.js';
import type { Deliver, Delivery } from '../../ingest/source.js';

/** A clock that stands still; a sleep moves it at once and is written down. */
export interface FakeClock extends Clock {
  readonly slept: number[];
  advance(ms: number): void;
}

export function fakeClock(start: string): FakeClock {
  let now = Date.parse(start);
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    monotonic: () => now,
    advance: (ms) => {
      now += ms;
    },
    sleep: (ms, signal) => {
      if (signal?.aborted !== true) {
        slept.push(ms);
        now += ms;
      }
      return Promise.resolve();
    },
  };
}

/** Reads feeds in this thread, as the one for them does in its own. */
export const readFeedHere: ParseThread['readFeed'] = ({ bytes, contentType, context }) => {
  try {
    return Promise.resolve({ ok: true, ...readFeedBytes(bytes, contentType, context) });
  } catch (error) {
    if (!(error instanceof InvalidDocumentError)) throw error;
    return Promise.resolve({ ok: false, code: error.code, message: error.message });
  }
};

/** The same for messages. */
export const readEmlHere: ParseThread['readEml'] = async (bytes) => {
  try {
    return { ok: true, fields: await parseEml(bytes) };
  } catch (error) {
    if (!(error instanceof InvalidDocumentError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
};

/** A log in memory: keeps deliveries and cursors, both or neither, and can be told to fail or to act. */
export interface DeliveryRecorder {
  readonly deliver: Deliver;
  readonly deliveries: Delivery[];
  readonly cursors: Map<string, string>;
  readonly documents: () => readonly RawDocument[];
  readonly readCursor: (name: string) => Promise<string | null>;
}

export function recordDeliveries(
  before: (delivery: Delivery, index: number) => void | Promise<void> = () => undefined,
  cursors = new Map<string, string>(),
): DeliveryRecorder {
  const deliveries: Delivery[] = [];
  return {
    deliveries,
    cursors,
    documents: () => deliveries.flatMap((delivery) => delivery.documents),
    readCursor: (name) => Promise.resolve(cursors.get(name) ?? null),
    deliver: async (delivery) => {
      await before(delivery, deliveries.length);
      deliveries.push(delivery);
      for (const cursor of delivery.cursors) cursors.set(cursor.name, cursor.value);
    },
  };
}
