import { describe, expect, it } from 'vitest';

import {
  createClockSurveillance,
  createGridSurveillance,
  type SurveillanceOptions,
} from '../../../../pipeline/app/surveillance.js';
import type { AlertEvent } from '../../../../pipeline/core/alert.js';
import { InvariantError, UnavailableError } from '../../../../pipeline/core/errors.js';
import { createWatermark } from '../../../../pipeline/core/watermark.js';
import { fakeClock } from '../../../support/ingest.js';

const HOUR = 3_600_000;
const FIRED = { alertId: 'a', sequence: 1, type: 'firing' } as AlertEvent;
const full = () => new UnavailableError('outbox_unwritable', 'The disk is full.', { retriable: true });

/** Fails at the calls that the test names (counted from 1) and writes down what it did. */
function scene(failing: { evaluate?: readonly number[]; deliver?: readonly number[] } = {}) {
  const clock = fakeClock('2026-03-02T00:30:00.000Z');
  const abort = new AbortController();
  const calls: string[] = [];
  const retried: unknown[] = [];
  let evaluations = 0;
  let deliveries = 0;
  let until: number | null = null;
  const options: SurveillanceOptions = {
    clock,
    engine: {
      evaluateAt: (now) => {
        evaluations += 1;
        if (failing.evaluate?.includes(evaluations) === true) return Promise.reject(full());
        until = now;
        calls.push(`evaluate ${new Date(now).toISOString().slice(11, 16)}`);
        return Promise.resolve(evaluations === 1 ? [FIRED] : []);
      },
    },
    deliver: () => {
      deliveries += 1;
      if (failing.deliver?.includes(deliveries) === true) return Promise.reject(full());
      calls.push('deliver');
      return Promise.resolve();
    },
    readEvaluatedUntil: () => Promise.resolve(until),
    firstDocumentAt: () => Promise.resolve(clock.now() - HOUR),
    onEvents: (events) => calls.push(`told ${events.length}`),
    onEvaluated: () => {
      if (evaluations >= 3) abort.abort();
    },
    onRetry: (error) => retried.push(error),
  };
  return { options, abort, calls, retried, clock };
}

describe('surveillance on the clock', () => {
  it('waits for a full disk and goes on by itself, with the mail that was due', async () => {
    const { options, abort, calls, retried } = scene({ evaluate: [2], deliver: [2, 3] });
    await createClockSurveillance(options, 60_000, () => Promise.resolve(true)).run(abort.signal);
    expect(calls.slice(0, 4)).toEqual(['deliver', 'evaluate 00:30', 'deliver', 'told 1']);
    expect(retried).toHaveLength(3);
  });

  it('looks for mails after a quiet evaluation too, because the one before may have failed half-way', async () => {
    const { options, abort, calls } = scene();
    await createClockSurveillance(options, 60_000, () => Promise.resolve(true)).run(abort.signal);
    expect(calls.filter((call) => call === 'deliver')).toHaveLength(4);
  });

  it('rejects when waiting cannot help', async () => {
    const { options, abort } = scene();
    const broken = { ...options, deliver: () => Promise.reject(new InvariantError('bug', 'A bug.')) };
    const surveillance = createClockSurveillance(broken, 60_000, () => Promise.resolve(true));
    await expect(surveillance.run(abort.signal)).rejects.toThrow('A bug.');
  });

  it('ends quietly when it is told to while it waits', async () => {
    const { options, abort } = scene();
    const surveillance = createClockSurveillance(
      { ...options, deliver: () => Promise.reject(full()), onRetry: () => abort.abort() },
      60_000,
      () => Promise.resolve(true),
    );
    await expect(surveillance.run(abort.signal)).resolves.toBeUndefined();
  });
});

describe('surveillance on the grid of a replay', () => {
  it('evaluates each full hour once, whatever fails on the way', async () => {
    const { options, abort, calls, clock } = scene({ evaluate: [2], deliver: [1, 3] });
    const grid = createGridSurveillance(options, createWatermark(clock.now() + HOUR));
    const settled = grid.settled();
    await Promise.all([grid.run(abort.signal), settled]);
    expect(calls.filter((call) => call.startsWith('evaluate'))).toEqual(['evaluate 00:00', 'evaluate 01:00']);
  });
});

it('is not led astray by one row dated far ahead: what comes after it is evaluated', async () => {
  const { options, abort, calls, clock } = scene();
  const start = clock.now();
  const grid = createGridSurveillance(options, createWatermark());
  grid.advance([start - HOUR, start, Date.UTC(2099, 0, 1), start + 1]);
  const first = grid.settled();
  const running = grid.run(abort.signal);
  await first;
  grid.advance([start + HOUR]);
  await Promise.all([grid.settled(), running]);
  expect(calls.filter((call) => call.startsWith('evaluate'))).toEqual([
    'evaluate 00:00',
    'evaluate 01:00',
    'evaluate 02:00',
  ]);
});
