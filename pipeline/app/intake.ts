import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Deliver, Delivery, Source, SourceStatus } from '../../ingest/source.js';
import type { Clock } from '../core/clock.js';
import type { LogPosition, RawDocument } from '../core/document.js';
import { blankDocument } from '../core/erasure.js';
import { InvariantError } from '../core/errors.js';
import { failpoint } from '../core/failpoint.js';
import { keptOriginal } from '../core/kept-original.js';
import { RAW_TOPIC, type DurableLog, type LogRecord } from '../core/log.js';
import { retry } from '../core/retry.js';
import { encodeRawDocument, encodeUnreadable } from '../log/codec.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics, SourceType } from '../telemetry/metrics.js';
import { createRepeatingFailure } from '../telemetry/repeating-failure.js';
import { createDeliveryTimes } from './delivery-times.js';

export interface IntakeOptions {
  readonly log: Pick<DurableLog, 'append'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Documents that must not be kept: only their place goes into the log. */
  readonly covers?: (document: RawDocument) => boolean;
}

/** The one way into the log. */
export interface Intake {
  /** Makes documents durable or throws; for senders that are told (webhook). */
  accept(documents: readonly RawDocument[]): Promise<void>;
  /** Makes one document that an operator sends in again durable, in one step with the cursor, and says where it stands. */
  reenter(
    document: RawDocument,
    cursor: { readonly name: string; readonly value: string },
  ): Promise<LogPosition>;
  /** What a source of this type delivers to: it waits until the log takes the documents, or rejects when the signal comes meanwhile. */
  deliverer(type: SourceType, signal: AbortSignal): Deliver;
  /** Runs recorded files to their end, and shows them meanwhile; rejects as the source does. */
  runToEnd(type: RecordedType, source: Source, run: RecordedRun): Promise<void>;
  /** Of the recorded files that are under way. */
  statuses(): readonly SourceStatus[];
  /** When each source that sends to the webhook delivered last, milliseconds; see `DeliveryTimes`. */
  webhookDeliveries(): ReadonlyMap<string, number>;
  /** Resolves when every append that was under way is over. */
  quiet(): Promise<void>;
}

export type RecordedType = Extract<SourceType, 'replay' | 'backfill'>;

export interface RecordedRun {
  readonly signal: AbortSignal;
  /** Told where in the log the documents of each delivery stand. */
  readonly onAppended?: (positions: readonly LogPosition[]) => void;
}

const ENCODED_A_TURN = 500;

function onlyPlace([place]: readonly LogPosition[]): LogPosition {
  if (place !== undefined) return place;
  throw new InvariantError('no_position', 'The log took a document and gave no place.');
}

export function createIntake(options: IntakeOptions): Intake {
  const { log, clock, logger, metrics, covers = () => false } = options;
  const appending = new Set<Promise<unknown>>();
  const recorded = new Set<Source>();
  const webhook = createDeliveryTimes();
  const failure = createRepeatingFailure({ sentence: 'The log does not take documents.', logger, clock });

  const append = (delivery: Delivery) =>
    remembered(appending, counted(appendTo(log, delivery, covers), metrics));
  const deliverer = (type: SourceType, { signal, onAppended }: RecordedRun): Deliver => {
    return async (delivery) => {
      const positions = await retry(() => append(delivery), {
        initialMs: 500,
        maxMs: 30_000,
        attempts: Infinity,
        clock,
        signal,
        onRetry: (error) => {
          failure.failed(error);
        },
      });
      failure.succeeded();
      onAppended?.(positions);
      const accepted = delivery.documents.length + (delivery.unreadable?.length ?? 0);
      if (accepted > 0) metrics.accepted(type, accepted);
    };
  };
  return {
    async accept(documents) {
      await append({ documents, cursors: [] });
      metrics.accepted('webhook', documents.length);
      webhook.delivered(documents, clock.now());
    },
    async reenter(document, cursor) {
      const places = await append({ documents: [document], cursors: [cursor] });
      metrics.accepted('retry', 1);
      return onlyPlace(places);
    },
    deliverer: (type, signal) => deliverer(type, { signal }),
    async runToEnd(type, source, run) {
      recorded.add(source);
      try {
        await source.run(deliverer(type, run), run.signal);
      } finally {
        recorded.delete(source);
      }
    },
    quiet: async () => {
      await Promise.allSettled(appending);
    },
    statuses: () => [...recorded].map((source) => source.status()),
    webhookDeliveries: () => webhook.all(),
  };
}

/** The same work; a failure counts as a refusal. */
async function counted<T>(work: Promise<T>, metrics: Pick<Metrics, 'appendRefused'>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    metrics.appendRefused();
    throw error;
  }
}

/** In the set until it is over. */
function remembered<T>(set: Set<Promise<unknown>>, work: Promise<T>): Promise<T> {
  set.add(work);
  const forget = () => set.delete(work);
  work.then(forget, forget);
  return work;
}

type Covers = (document: RawDocument) => boolean;

async function appendTo(
  log: IntakeOptions['log'],
  { documents, cursors, unreadable = [] }: Delivery,
  covers: Covers,
): Promise<readonly LogPosition[]> {
  const letters = unreadable.map(({ key, value }) => ({ key, value: encodeUnreadable(keptOriginal(value)) }));
  const records = [...(await encodeInTurns(documents, covers)), ...letters];
  const positions = await log.append(RAW_TOPIC, records, { cursors });
  failpoint('after_append_before_answer');
  return positions;
}

/** A request may hold 20,000 documents; others get their turn meanwhile. */
async function encodeInTurns(
  documents: readonly RawDocument[],
  covers: Covers,
): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  for (const [index, document] of documents.entries()) {
    const kept = covers(document) ? blankDocument(document) : document;
    records.push({ key: kept.id, value: encodeRawDocument(kept) });
    if (index % ENCODED_A_TURN === ENCODED_A_TURN - 1) await nextTurn();
  }
  return records;
}
