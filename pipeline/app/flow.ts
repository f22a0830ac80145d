import { lastValueFrom, type Observable } from 'rxjs';

import type { Clock } from '../core/clock.js';
import { BellwetherError, CancelledError } from '../core/errors.js';
import type { LogPosition } from '../core/document.js';
import { RAW_TOPIC, SCORED_TOPIC, type DurableLog, type LogReader, type ReaderOptions } from '../core/log.js';
import { retry, type RetryOptions } from '../core/retry.js';
import { createCredit } from '../operators/credit.js';
import { monitor$, understand$, type MonitorStage, type StageIo, type UnderstandStage } from '../topology.js';

export const UNDERSTAND_GROUP = 'understand';
export const MONITOR_GROUP = 'monitor';

export interface FlowOptions {
  readonly log: DurableLog;
  readonly clock: Clock;
  /** Per stage: pulled and not yet committed. */
  readonly credit: { readonly maxMessages: number; readonly maxBytes: number };
  /** Null when other processes do this part; then only its lag is known here. */
  readonly understand: Omit<UnderstandStage, keyof StageIo | 'log'> | null;
  readonly monitor: (Omit<MonitorStage, keyof StageIo> & ReaderOptions) | null;
  readonly onRetry: (error: BellwetherError, attempt: number) => void;
}

export interface Lag {
  /** Accepted and not yet scored, scored and not yet stored. */
  readonly understand: number;
  readonly monitor: number;
}

export interface Flow {
  lag(): Promise<Lag>;
  /** Resolves when everything accepted before the call is stored and rolled up, or when the signal is aborted. */
  drained(signal?: AbortSignal): Promise<void>;
  /** Rejects when a stage fails for a reason that waiting does not mend; never resolves before `stop`. */
  readonly failed: Promise<void>;
  /** Finishes what is pulled, commits, and resolves. Calling it twice is harmless. */
  stop(): Promise<void>;
}

/** What is on its way; null when there is no flow yet or the log does not answer for now. */
export async function lagOrNull(flow: Pick<Flow, 'lag'> | null): Promise<Lag | null> {
  try {
    return flow === null ? null : await flow.lag();
  } catch (error) {
    if (error instanceof BellwetherError && error.retriable) return null;
    throw error;
  }
}

/** With more than this on its way, live documents come first. */
const CALM_DOCUMENTS = 200;

/** Little enough is on its way that work of low priority may go on; a log that does not answer for now is not calm. */
export async function isCalm(flow: Pick<Flow, 'lag'>): Promise<boolean> {
  const lag = await lagOrNull(flow);
  return lag !== null && lag.understand + lag.monitor <= CALM_DOCUMENTS;
}

/** Runs both stages on a log and a store until it is stopped. */
export async function startFlow(options: FlowOptions): Promise<Flow> {
  const { log, clock } = options;
  const abort = new AbortController();
  const retryOptions = {
    initialMs: 200,
    maxMs: 30_000,
    attempts: Infinity,
    clock,
    signal: abort.signal,
    onRetry: options.onRetry,
  };
  const { readers, stages } = await startStages(options, abort.signal, retryOptions);
  const finished = Promise.all(stages).then(() => undefined);
  let failure: { readonly error: unknown } | null = null;
  // Whoever awaits `failed` or `stop` sees the error; alone it must not end the process as unhandled.
  finished.catch((error: unknown) => {
    failure = { error };
  });
  const throwFailure = () => {
    if (failure !== null) throw failure.error;
  };

  /** Waits until the group has done what the topic holds now; what comes meanwhile is not waited for. */
  const reached = async (topic: string, group: string, signal?: AbortSignal) => {
    const goal = await log.endPositions(topic);
    while (signal?.aborted !== true && !abort.signal.aborted) {
      if (isPast(await log.committedPositions(topic, group), goal)) return;
      await clock.sleep(20, signal);
      throwFailure();
    }
  };
  const lag = async (): Promise<Lag> => ({
    understand: await behind(log, RAW_TOPIC, UNDERSTAND_GROUP),
    monitor: await behind(log, SCORED_TOPIC, MONITOR_GROUP),
  });
  return {
    lag,
    failed: finished,
    async drained(signal) {
      // In this order: what is read of documents.raw below its end then, is below the end of documents.scored now.
      await reached(RAW_TOPIC, UNDERSTAND_GROUP, signal);
      await reached(SCORED_TOPIC, MONITOR_GROUP, signal);
    },
    async stop() {
      abort.abort();
      try {
        await finished;
      } catch (error) {
        // A write that was waiting for its dependency is done again at the next start.
        if (!(error instanceof CancelledError)) throw error;
      } finally {
        for (const reader of readers) await reader.close();
      }
    },
  };
}

/** Opens the readers of the stages that run here, and runs them until the signal. */
async function startStages(
  { log, clock, credit, understand, monitor }: FlowOptions,
  signal: AbortSignal,
  retryOptions: RetryOptions,
): Promise<{ readers: readonly LogReader[]; stages: readonly Promise<void>[] }> {
  const readers: LogReader[] = [];
  const stages: Promise<void>[] = [];
  const ioFor = async (topic: string, group: string, options: ReaderOptions): Promise<StageIo> => {
    const reader = await log.openReader(topic, group, options);
    readers.push(reader);
    return {
      reader,
      credit: createCredit(credit),
      signal,
      monotonic: () => clock.monotonic(),
      retry: (work) => retry(work, retryOptions),
    };
  };
  if (understand !== null) {
    const io = await ioFor(RAW_TOPIC, UNDERSTAND_GROUP, {});
    stages.push(runToEnd(understand$({ ...understand, ...io, log })));
  }
  if (monitor !== null) {
    const io = await ioFor(SCORED_TOPIC, MONITOR_GROUP, monitor);
    stages.push(runToEnd(monitor$({ ...monitor, ...io })));
  }
  // A process without a stage has nothing that could fail, and goes on until it is stopped.
  return { readers, stages: stages.length === 0 ? [untilAborted(signal)] : stages };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

async function runToEnd(stage$: Observable<unknown>): Promise<void> {
  await lastValueFrom(stage$, { defaultValue: null });
}

async function behind(log: DurableLog, topic: string, group: string): Promise<number> {
  return total(await log.endPositions(topic)) - total(await log.committedPositions(topic, group));
}

function isPast(done: readonly LogPosition[], goal: readonly LogPosition[]): boolean {
  const offsets = new Map(done.map(({ partition, offset }) => [partition, offset]));
  return goal.every(({ partition, offset }) => (offsets.get(partition) ?? 0) >= offset);
}

function total(positions: readonly LogPosition[]): number {
  return positions.reduce((sum, position) => sum + position.offset, 0);
}
