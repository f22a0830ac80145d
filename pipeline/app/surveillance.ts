import { setImmediate as nextTurn } from 'node:timers/promises';

import type { AlertEvent } from '../core/alert.js';
import type { Clock } from '../core/clock.js';
import { CancelledError } from '../core/errors.js';
import { failpoint } from '../core/failpoint.js';
import { retry } from '../core/retry.js';
import { FREQUENCY_MS, windowStart } from '../core/series.js';
import type { Watermark } from '../core/watermark.js';
import { dueEvaluations } from '../../alerts/evaluation-grid.js';

const HOUR_MS = FREQUENCY_MS['1h'];

export interface SurveillanceOptions {
  readonly engine: { evaluateAt(now: number): Promise<readonly AlertEvent[]> };
  /** Sends what the events ask for and does not come back before it is safe; also finds what a crash left unsent. */
  readonly deliver: () => Promise<void>;
  readonly readEvaluatedUntil: () => Promise<number | null>;
  readonly firstDocumentAt: () => Promise<number | null>;
  readonly clock: Clock;
  readonly onEvents: (events: readonly AlertEvent[]) => void;
  readonly onEvaluated: (at: number, durationMs: number) => void;
  /** Told of each failure that is waited for, such as a full disk. */
  readonly onRetry: (error: unknown) => void;
}

export interface Surveillance {
  /** Ends when the signal is aborted; waits while the store or the outbox fails, and rejects when one fails for good. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Detection on the wall clock, for the live and demo worlds: one evaluation every `everyMs`.
 *
 * It waits while documents are on their way, because half an hour of a backlog looks like a calm half hour.
 */
export function createClockSurveillance(
  options: SurveillanceOptions,
  everyMs: number,
  caughtUp: () => Promise<boolean>,
): Surveillance {
  return {
    run: (signal) =>
      untilCancelled(async () => {
        await persist(options, signal, () => options.deliver());
        while (!signal.aborted) {
          if (await caughtUp()) await evaluate(options, options.clock.now(), signal);
          await options.clock.sleep(everyMs, signal);
        }
      }),
  };
}

export interface GridSurveillance extends Surveillance {
  /** Documents with these event times are stored. */
  advance(times: readonly number[]): void;
  /** Resolves when the hour that holds the newest document (see `createWatermark`) is evaluated as well. */
  settled(): Promise<void>;
}

/**
 * Detection on virtual time, for the replay world: one evaluation at each full hour that the documents have passed.
 *
 * The same grid as in a rehearsal, so the same stream gives the same alerts at any speed and after any crash.
 */
export function createGridSurveillance(options: SurveillanceOptions, newest: Watermark): GridSurveillance {
  let closing = false;
  let wake: () => void = () => undefined;
  const waiters: (() => void)[] = [];
  const releaseWaiters = () => {
    for (const resolve of waiters.splice(0)) resolve();
  };

  const catchUp = async (signal: AbortSignal, final: boolean) => {
    const first = await persist(options, signal, () => options.firstDocumentAt());
    const time = final ? newest.final : newest.time;
    if (time === null || first === null) return;
    const watermark = windowStart(time, '1h') + (final ? HOUR_MS : 0);
    const until = await persist(options, signal, () => options.readEvaluatedUntil());
    for (const at of dueEvaluations(until, first, watermark)) {
      if (signal.aborted) return;
      await evaluate(options, at, signal);
      // A quiet hour is answered from memory without ever waiting; other work must get its turn between two of them.
      await nextTurn();
    }
  };
  return {
    advance(times) {
      newest.add(times);
      wake();
    },
    settled: () =>
      new Promise((resolve) => {
        closing = true;
        waiters.push(resolve);
        wake();
      }),
    async run(signal) {
      signal.addEventListener('abort', () => {
        wake();
      });
      await untilCancelled(async () => {
        await persist(options, signal, () => options.deliver());
        while (!signal.aborted) {
          const woken = new Promise<void>((resolve) => {
            wake = resolve;
          });
          const last = closing;
          await catchUp(signal, last);
          if (last) {
            closing = false;
            releaseWaiters();
          }
          await woken;
        }
      });
      releaseWaiters();
    },
  };
}

/**
 * One evaluation, with what it asks to be sent. Mails are looked for after a quiet one too: an evaluation that stored its
 * events and then failed answers nothing when it is repeated.
 */
async function evaluate(options: SurveillanceOptions, at: number, signal: AbortSignal): Promise<void> {
  const started = options.clock.monotonic();
  const events = await persist(options, signal, () => options.engine.evaluateAt(at));
  if (events.length > 0) failpoint('after_events_before_mail');
  await persist(options, signal, () => options.deliver());
  if (events.length > 0) options.onEvents(events);
  options.onEvaluated(at, options.clock.monotonic() - started);
}

/** A full disk or a busy store must not end detection: it goes on by itself as soon as it can. */
function persist<T>(options: SurveillanceOptions, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const { clock, onRetry } = options;
  return retry(work, { initialMs: 500, maxMs: 30_000, attempts: Infinity, clock, signal, onRetry });
}

/** What was waiting for a retry when the signal came is done again at the next start. */
async function untilCancelled(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
  }
}
