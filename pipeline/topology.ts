import { concatMap, ignoreElements, map, type Observable, tap } from 'rxjs';

import type { LogPosition } from './core/document.js';
import { failpoint } from './core/failpoint.js';
import type { DurableLog, LogMessage, LogReader } from './core/log.js';
import { SCORED_TOPIC } from './core/log.js';
import type { MonitorStore, StoreBatch, TouchedWindow } from './core/store.js';
import { collectBatches } from './operators/collect-batches.js';
import type { Credit } from './operators/credit.js';
import type { RefuseDocument } from './operators/leave-out-messages.js';
import { processBatches } from './operators/process-batches.js';
import { pullMessages } from './operators/pull-messages.js';
import { readScored, type ReadScoredDeps } from './operators/read-scored.js';
import {
  resolveVersions,
  type ResolvedBatch,
  type SequencedMessage,
  type WeighContributions,
} from './operators/resolve-versions.js';
import type { StoryAssigner } from './operators/stories/assign-stories.js';
import type { UnderstandBatch, UnderstoodRecord } from './operators/understand-batch.js';
import type { InFlight } from './operators/understand-document.js';

/*
 * The data flow, top to bottom:
 *
 *   sources → log: documents.raw → understand$ → log: documents.scored → monitor$ → store
 *
 * Each stage pulls from the log as far as its credit allows, works in order, makes the result durable, and only then
 * commits its position: whatever is killed is done again, and doing it again changes nothing.
 */

export interface StageIo {
  readonly reader: LogReader;
  readonly credit: Credit;
  readonly signal: AbortSignal;
  /** Monotonic milliseconds, to measure what a batch takes. */
  readonly monotonic: () => number;
  /** Runs a write again while what it needs is unavailable. */
  readonly retry: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface UnderstandStage extends StageIo {
  readonly log: Pick<DurableLog, 'append'>;
  /** Reads and scores a batch: in a thread of its own in a service, in this one in tests. */
  readonly understandBatch: UnderstandBatch;
  /** A batch is appended and committed, so many seconds after it went to the model. */
  readonly onScored: (records: readonly UnderstoodRecord[], seconds: number) => void;
}

/** Documents of one model call: large enough to be quick, small enough to be soon done (≈ 20 ms). */
const SCORE_BATCH = { maxCount: 32, maxAgeMs: 5 };
const UNDERSTAND_PULL = 32;
/** Scored batches of one append. */
const APPEND_BATCH = { maxCount: 8 };

/**
 * Turns every message of `documents.raw` into exactly one message of `documents.scored`.
 *
 * Emits nothing; completes after the signal when all that was pulled is appended and committed.
 */
export function understand$(stage: UnderstandStage): Observable<never> {
  return pullMessages({ ...stage, maxPerPull: UNDERSTAND_PULL }).pipe(
    collectBatches(SCORE_BATCH),
    // concatMap: the order of the log is kept, and one batch at a time is in the model.
    concatMap(async (batch) => ({
      began: stage.monotonic(),
      batch,
      records: await stage.understandBatch(batch),
    })),
    // While the next batch is in the model, this one becomes durable; what waits for the disk goes there together.
    processBatches(APPEND_BATCH, async (scored) => {
      const records = scored.flatMap((each) => each.records);
      await stage.retry(() => stage.log.append(SCORED_TOPIC, records));
      failpoint('after_scored_before_commit');
      await finish(
        stage,
        scored.flatMap(({ batch }) => batch.map(inFlightOf)),
      );
      const began = scored.reduce((first, each) => Math.min(first, each.began), Infinity);
      stage.onScored(records, (stage.monotonic() - began) / 1_000);
    }),
    ignoreElements(),
  );
}

export interface MonitorStage extends StageIo, ReadScoredDeps {
  readonly store: MonitorStore;
  readonly weigh: WeighContributions;
  /** The stories of this monitor. */
  readonly stories: StoryAssigner;
  readonly virtualClock: boolean;
  readonly quietBackfillMs?: number;
  /** Documents that must not be stored. */
  readonly refuse?: RefuseDocument;
  /** Documents that are queryable from now on. */
  readonly onStored: (progress: MonitorProgress) => void;
}

export interface MonitorProgress {
  readonly batches: readonly StoreBatch[];
  /** Messages that share this roll-up, and how long after the first of them went to the store it was done. */
  readonly messages: number;
  readonly seconds: number;
  /** For each batch, how long before that it was found in the store. */
  readonly storedSecondsAgo: readonly number[];
  readonly touched: readonly TouchedWindow[];
  /** Highest event time stored so far by this progress, or null. */
  readonly newest: number | null;
}

interface StoredBatch extends ResolvedBatch {
  readonly began: number;
  readonly storedAt: number;
  readonly inFlight: readonly InFlight[];
}

/**
 * A batch costs the store about 60 ms however small it is, and 0.15 ms a document: they keep a distance, so that a steady
 * stream costs half as much, and documents are found an eighth of a second later.
 */
const STORE_BATCH = { maxCount: 600, everyMs: () => 250 };
/**
 * Batches that share one roll-up: windows that several of them touch are computed once. The windows of a long day take
 * longer, and are then computed less often: at most half of the time goes there.
 */
const ROLL_UP_BATCH = {
  maxCount: 8,
  everyMs: (lastMs: number) => Math.min(2_000, Math.max(400, 2 * lastMs)),
};
const MONITOR_PULL = 200;

/**
 * Stores what UNDERSTAND made, recomputes the windows that it touches, and commits.
 *
 * The position is committed after the roll-up, so that a window is recomputed again if the process dies before.
 * One batch at a time: versions and copies are decided by log order.
 */
export function monitor$(stage: MonitorStage): Observable<MonitorProgress> {
  return pullMessages({ ...stage, maxPerPull: MONITOR_PULL }).pipe(
    map((raw) => {
      const message = readScored(raw, stage);
      // What is passed over stays in flight without content, so that it is committed in its turn.
      return {
        sequenced: message === null ? [] : [{ sequence: raw.offset, message }],
        inFlight: inFlightOf(raw),
      };
    }),
    processBatches(STORE_BATCH, (items) => storeBatch(stage, items)),
    processBatches(ROLL_UP_BATCH, async (stored) => {
      const merged = mergeProgress(stored);
      await stage.retry(() => stage.store.rollUp(merged.touched));
      failpoint('after_roll_up_before_commit');
      await finish(
        stage,
        stored.flatMap((batch) => batch.inFlight),
      );
      const began = stored.reduce((first, batch) => Math.min(first, batch.began), Infinity);
      const now = stage.monotonic();
      const storedSecondsAgo = stored.map(({ storedAt }) => (now - storedAt) / 1_000);
      return { ...merged, storedSecondsAgo, seconds: (now - began) / 1_000 };
    }),
    tap((progress) => {
      stage.onStored(progress);
    }),
  );
}

async function storeBatch(
  stage: MonitorStage,
  items: readonly { readonly sequenced: readonly SequencedMessage[]; readonly inFlight: InFlight }[],
): Promise<StoredBatch> {
  const began = stage.monotonic();
  const messages = items.flatMap((item) => item.sequenced);
  const resolved = await stage.retry(() => resolveVersions(messages, stage));
  await stage.retry(() => stage.store.write(resolved.batch));
  failpoint('after_insert_before_roll_up');
  const storedAt = stage.monotonic();
  return { ...resolved, began, storedAt, inFlight: items.map((item) => item.inFlight) };
}

function mergeProgress(
  stored: readonly StoredBatch[],
): Omit<MonitorProgress, 'seconds' | 'storedSecondsAgo'> {
  const touched = new Map<string, TouchedWindow>();
  for (const window of stored.flatMap((batch) => batch.touched))
    touched.set(`${window.series} ${window.time}`, window);
  const newest = stored.flatMap((batch) => (batch.newest === null ? [] : [batch.newest]));
  return {
    batches: stored.map((batch) => batch.batch),
    messages: stored.reduce((sum, batch) => sum + batch.inFlight.length, 0),
    touched: [...touched.values()],
    newest: newest.length === 0 ? null : newest.reduce((a, b) => Math.max(a, b)),
  };
}

/** Commits the messages and gives their credit back; they are in log order, so the last one of a partition is the highest. */
async function finish(stage: StageIo, items: readonly InFlight[]): Promise<void> {
  const next = new Map<number, LogPosition>();
  for (const { raw } of items) next.set(raw.partition, { partition: raw.partition, offset: raw.offset + 1 });
  await stage.retry(() => stage.reader.commit([...next.values()]));
  stage.credit.give(
    items.length,
    items.reduce((sum, item) => sum + item.bytes, 0),
  );
}

function inFlightOf({ partition, offset, value }: LogMessage): InFlight {
  return { raw: { partition, offset }, bytes: value.byteLength };
}
