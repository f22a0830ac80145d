import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import type { DurableLog, LogReader } from '../core/log.js';
import { RAW_TOPIC } from '../core/log.js';
import { createBreaker, BREAKER } from '../operators/breaker.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Flow } from './flow.js';

export interface FlowBreakerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'breaker'>;
}

/**
 * Stops the flow when too many of the last documents became dead letters, until an operator resets it or restarts.
 *
 * When texts cannot be read, UNDERSTAND pulls no more, and the monitor still stores what was read, so that the letters can
 * be looked at; when the store refuses them, both pull no more. What is pulled is finished and the edge goes on accepting.
 */
export interface FlowBreaker {
  /** What happened, since when and what to do; null while the flow runs. */
  readonly reason: string | null;
  /** What UNDERSTAND made of a batch. */
  understood(records: readonly { readonly kind: string }[]): void;
  /** How many messages of a batch the monitor wrote, and how many of them the store refused. */
  stored(messages: number, refused: number): void;
  /** The same log, whose readers answer with nothing while their stage is stopped. */
  guard(log: DurableLog): DurableLog;
  /** The same flow, whose `drained` rejects with ConfigError `breaker_open` instead of waiting for ever. */
  guardFlow(flow: Flow): Flow;
  /** Counts from zero; false when it was not open. */
  reset(): boolean;
}

const LOOK_AGAIN_MS = 50;

export function createFlowBreaker({ clock, logger, metrics }: FlowBreakerOptions): FlowBreaker {
  const reading = createBreaker();
  const storing = createBreaker();
  let since = '';
  metrics.breaker(false);

  const open = () => reading.open || storing.open;
  const reason = () =>
    open()
      ? `The circuit breaker is open since ${since}: ${BREAKER.limit} of the last ${BREAKER.window} documents became dead letters ${
          storing.open ? '(they could not be stored)' : '(they could not be read)'
        }, so no more are taken from the log. Look at them with "bellwether dead-letters list", mend the cause, then "bellwether breaker reset" or restart; afterwards "bellwether dead-letters retry --all".`
      : null;
  const opened = () => {
    since = new Date(clock.now()).toISOString();
    metrics.breaker(true);
    logger.error('Too many documents became dead letters; the flow has stopped.', { reason: reason() });
  };
  const stopped = (topic: string) => storing.open || (topic === RAW_TOPIC && reading.open);
  return {
    get reason() {
      return reason();
    },
    understood(records) {
      const was = open();
      for (const { kind } of records) reading.record(kind === 'dead-letter');
      if (!was && open()) opened();
    },
    stored(messages, refused) {
      const was = open();
      for (let n = 0; n < messages; n += 1) storing.record(n < refused);
      if (!was && open()) opened();
    },
    guard: (log) => guardLog(log, { stopped, clock }),
    guardFlow: (flow) => ({
      ...flow,
      drained: (signal) => drainedOrOpen(flow, { reason, clock }, signal),
    }),
    reset() {
      if (!open()) return false;
      reading.reset();
      storing.reset();
      metrics.breaker(false);
      logger.info('The circuit breaker was reset; the flow goes on.');
      return true;
    },
  };
}

/** Whether a process is ready, and why not. */
export function readiness(
  running: boolean,
  breaker: Pick<FlowBreaker, 'reason'>,
  others: readonly string[] = [],
): { readonly ready: boolean; readonly reasons: readonly string[] } {
  const reasons = [
    ...(running ? [] : ['The service is starting or stopping.']),
    ...(breaker.reason === null ? [] : [breaker.reason]),
    ...others,
  ];
  return { ready: reasons.length === 0, reasons };
}

interface GuardOptions {
  readonly stopped: (topic: string) => boolean;
  readonly clock: Pick<Clock, 'sleep'>;
}

function guardLog(log: DurableLog, options: GuardOptions): DurableLog {
  return {
    append: (topic, records, appendOptions) => log.append(topic, records, appendOptions),
    readCursor: (name) => log.readCursor(name),
    openReader: async (topic, group, readerOptions) =>
      guardReader(await log.openReader(topic, group, readerOptions), topic, options),
    endPositions: (topic) => log.endPositions(topic),
    committedPositions: (topic, group) => log.committedPositions(topic, group),
    trim: () => log.trim(),
    close: () => log.close(),
  };
}

function guardReader(reader: LogReader, topic: string, { stopped, clock }: GuardOptions): LogReader {
  return {
    async pull(limits) {
      if (!stopped(topic)) return reader.pull(limits);
      await clock.sleep(Math.min(limits.waitMs, LOOK_AGAIN_MS));
      return [];
    },
    commit: (next) => reader.commit(next),
    close: () => reader.close(),
  };
}

async function drainedOrOpen(
  flow: Flow,
  { reason, clock }: { readonly reason: () => string | null; readonly clock: Pick<Clock, 'sleep'> },
  signal?: AbortSignal,
): Promise<void> {
  const done = new AbortController();
  const either = signal === undefined ? done.signal : AbortSignal.any([signal, done.signal]);
  const watch = async () => {
    while (!either.aborted) {
      const words = reason();
      if (words !== null) throw new ConfigError('breaker_open', words);
      await clock.sleep(LOOK_AGAIN_MS, either);
    }
  };
  try {
    await Promise.race([flow.drained(either), watch()]);
  } finally {
    done.abort();
  }
}
