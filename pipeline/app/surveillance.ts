import { setImmediate as nextTurn } from 'node:timers/promises';

import type { AlertEvent } from '../core/alert.js';
import type { Clock } from '../core/clock.js';
import { FREQUENCY_MS, windowStart } from '../core/series.js';
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
}

export interface Surveillance {
  /** Ends when the signal is aborted; rejects when the store or the outbox fails for good. */
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
    async run(signal) {
      await options.deliver();
      while (!signal.aborted) {
        if (await caughtUp()) await evaluate(options, options.clock.now());
        await options.clock.sleep(everyMs, signal);
      }
    },
  };
}

export interface GridSurveillance extends Surveillance {
  /** Documents up to this event time are stored. */
  advance(newest: number): void;
  /** Resolves when the hour that holds the newest document is evaluated as well. */
  settled(): Promise<void>;
}

/**
 * Detection on virtual time, for the replay world: one evaluation at each full hour that the documents have passed.
 *
 * The same grid as in a rehearsal, so the same stream gives the same alerts at any speed and after any crash.
 */
export function createGridSurveillance(
  options: SurveillanceOptions,
  newestStored: number | null,
): GridSurveillance {
  let newest = newestStored;
  let closing = false;
  let wake: () => void = () => undefined;
  const waiters: (() => void)[] = [];

  const catchUp = async (signal: AbortSignal, final: boolean) => {
    const first = await options.firstDocumentAt();
    if (newest === null || first === null) return;
    const watermark = windowStart(newest, '1h') + (final ? HOUR_MS : 0);
    for (const at of dueEvaluations(await options.readEvaluatedUntil(), first, watermark)) {
      if (signal.aborted) return;
      await evaluate(options, at);
      // A quiet hour is answered from memory without ever waiting; other work must get its turn between two of them.
      await nextTurn();
    }
  };
  return {
    advance(time) {
      if (newest === null || time > newest) newest = time;
      wake();
    },
    settled: () =>
      new Promise((resolve) => {
        closing = true;
        waiters.push(resolve);
        wake();
      }),
    async run(signal) {
      await options.deliver();
      signal.addEventListener('abort', () => {
        wake();
      });
      while (!signal.aborted) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const last = closing;
        await catchUp(signal, last);
        if (last) {
          closing = false;
          waiters.splice(0).forEach((resolve) => {
            resolve();
          });
        }
        await woken;
      }
      waiters.splice(0).forEach((resolve) => {
        resolve();
      });
    },
  };
}

async function evaluate(options: SurveillanceOptions, at: number): Promise<void> {
  const started = options.clock.monotonic();
  const events = await options.engine.evaluateAt(at);
  if (events.length > 0) {
    await options.deliver();
    options.onEvents(events);
  }
  options.onEvaluated(at, options.clock.monotonic() - started);
}
