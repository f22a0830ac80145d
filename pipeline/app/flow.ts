import { lastValueFrom, type Observable } from 'rxjs';

import type { Clock } from '../core/clock.js';
import { CancelledError, type BellwetherError } from '../core/errors.js';
import type { LogPosition } from '../core/document.js';
import { RAW_TOPIC, SCORED_TOPIC, type DurableLog } from '../core/log.js';
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
  readonly understand: Omit<UnderstandStage, keyof StageIo | 'log' | 'now'>;
  readonly monitor: Omit<MonitorStage, keyof StageIo>;
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
  const ioFor = (topic: string, group: string) =>
    openStageIo(options, topic, group, { signal: abort.signal, retryOptions });
  const understandIo = await ioFor(RAW_TOPIC, UNDERSTAND_GROUP);
  const monitorIo = await ioFor(SCORED_TOPIC, MONITOR_GROUP);
  const now = () => clock.now();
  const stages = [
    runToEnd(understand$({ ...options.understand, ...understandIo, log, now })),
    runToEnd(monitor$({ ...options.monitor, ...monitorIo })),
  ];
  const finished = Promise.all(stages).then(() => undefined);
  let failure: { readonly error: unknown } | null = null;
  // Whoever awaits `failed` or `stop` sees the error; alone it must not end the process as unhandled.
  finished.catch((error: unknown) => {
    failure = { error };
  });
  const throwFailure = () => {
    if (failure !== null) throw failure.error;
  };

  const lag = async (): Promise<Lag> => ({
    understand: await behind(log, RAW_TOPIC, UNDERSTAND_GROUP),
    monitor: await behind(log, SCORED_TOPIC, MONITOR_GROUP),
  });
  return {
    lag,
    failed: finished,
    async drained(signal) {
      const goal = total(await log.endPositions(RAW_TOPIC));
      while (signal?.aborted !== true && !abort.signal.aborted) {
        const done = total(await log.committedPositions(RAW_TOPIC, UNDERSTAND_GROUP));
        const left = await behind(log, SCORED_TOPIC, MONITOR_GROUP);
        if (done >= goal && left === 0) return;
        await clock.sleep(20, signal);
        throwFailure();
      }
    },
    async stop() {
      abort.abort();
      try {
        await finished;
      } catch (error) {
        // A write that was waiting for its dependency is done again at the next start.
        if (!(error instanceof CancelledError)) throw error;
      } finally {
        await understandIo.reader.close();
        await monitorIo.reader.close();
      }
    },
  };
}

async function openStageIo(
  { log, credit, clock }: FlowOptions,
  topic: string,
  group: string,
  { signal, retryOptions }: { readonly signal: AbortSignal; readonly retryOptions: RetryOptions },
): Promise<StageIo> {
  return {
    reader: await log.openReader(topic, group),
    credit: createCredit(credit),
    signal,
    monotonic: () => clock.monotonic(),
    retry: (work) => retry(work, retryOptions),
  };
}

async function runToEnd(stage$: Observable<unknown>): Promise<void> {
  await lastValueFrom(stage$, { defaultValue: null });
}

async function behind(log: DurableLog, topic: string, group: string): Promise<number> {
  return total(await log.endPositions(topic)) - total(await log.committedPositions(topic, group));
}

function total(positions: readonly LogPosition[]): number {
  return positions.reduce((sum, position) => sum + position.offset, 0);
}
