import { describe, expect, it } from 'vitest';

import type { AlertEvent } from '../../../../pipeline/core/alert.js';
import {
  createClockSurveillance,
  createGridSurveillance,
  type SurveillanceOptions,
} from '../../../../pipeline/app/surveillance.js';

const HOUR = 3_600_000;
const event = { alertId: 'a', sequence: 0 } as AlertEvent;

/** Records what happens, and advances a clock only when somebody sleeps. */
function recorder(options: { until?: number | null; fireAt?: number } = {}) {
  const calls: string[] = [];
  let until = options.until ?? null;
  let now = 100 * HOUR;
  const deps: SurveillanceOptions = {
    engine: {
      evaluateAt: (at) => {
        calls.push(`evaluate ${at / HOUR}`);
        until = at;
        return Promise.resolve(at / HOUR === options.fireAt ? [event] : []);
      },
    },
    deliver: () => {
      calls.push('deliver');
      return Promise.resolve();
    },
    readEvaluatedUntil: () => Promise.resolve(until),
    firstDocumentAt: () => Promise.resolve(HOUR / 2),
    clock: {
      now: () => now,
      monotonic: () => 0,
      sleep: (ms) => {
        now += ms;
        return new Promise((resolve) => setImmediate(resolve));
      },
    },
    onEvents: () => calls.push('events'),
    onEvaluated: () => undefined,
  };
  return { calls, deps };
}

describe('detection on the hours of the documents', () => {
  it('evaluates each full hour once, as the documents pass it, and the last one when the stream is over', async () => {
    const { calls, deps } = recorder({ fireAt: 2 });
    const abort = new AbortController();
    const grid = createGridSurveillance(deps, null);
    const running = grid.run(abort.signal);
    grid.advance(2.5 * HOUR);
    grid.advance(1.5 * HOUR);
    await grid.settled();
    expect(calls).toEqual(['deliver', 'evaluate 1', 'evaluate 2', 'deliver', 'events', 'evaluate 3']);
    abort.abort();
    await running;
  });

  it('goes on after the hour that was evaluated before a restart', async () => {
    const { calls, deps } = recorder({ until: 4 * HOUR });
    const abort = new AbortController();
    const grid = createGridSurveillance(deps, 6.2 * HOUR);
    const running = grid.run(abort.signal);
    await grid.settled();
    expect(calls).toEqual(['deliver', 'evaluate 5', 'evaluate 6', 'evaluate 7']);
    abort.abort();
    await running;
  });

  it('lets whoever waits go when it is stopped', async () => {
    const { deps } = recorder();
    const abort = new AbortController();
    const grid = createGridSurveillance(deps, null);
    const running = grid.run(abort.signal);
    const waiting = grid.settled();
    abort.abort();
    await Promise.all([running, waiting]);
  });
});

describe('detection on the wall clock', () => {
  it('delivers what a crash left, then evaluates only when everything accepted is stored', async () => {
    const { calls, deps } = recorder();
    const abort = new AbortController();
    const answers = [false, true, true];
    const caughtUp = () => {
      const answer = answers.shift();
      if (answers.length === 0) abort.abort();
      return Promise.resolve(answer ?? false);
    };
    await createClockSurveillance(deps, HOUR, caughtUp).run(abort.signal);
    expect(calls).toEqual(['deliver', 'evaluate 101', 'evaluate 102']);
  });
});
