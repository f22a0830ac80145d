import { describe, expect, it } from 'vitest';

import { StreamRefusedError, type LiveStream } from '../../../../ingest/sources/live/live-stream.js';
import { createLiveSource } from '../../../../ingest/sources/live/run-live-stream.js';
import { createNotBefore } from '../../../../ingest/sources/not-before.js';
import { LogFailure } from '../../../../ingest/sources/of-log.js';
import { InvariantError, RejectedError, UnavailableError } from '../../../../pipeline/core/errors.js';
import { fakeClock, recordDeliveries, type DeliveryRecorder } from '../../../support/ingest.js';

const START = '2026-03-31T14:00:00Z';
const NOW = Date.parse(START);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function notBefore(recorder: DeliveryRecorder, at = NOW, asked = 'https://wire.example/rss') {
  const clock = { now: () => at };
  return createNotBefore({ ...recorder, sourceId: 'wire', asked, clock });
}

function limited(until: number, status = 429): RejectedError {
  return new RejectedError('answer_refused', 'It was asked too often.', { facts: { status, until } });
}

describe('what the other side of a source asked for', () => {
  it('holds after a restart for the rest of its time, with its reason', async () => {
    const recorder = recordDeliveries();
    await notBefore(recorder).keep(limited(NOW + HOUR_MS));
    expect(await notBefore(recorder, NOW + 60_000).read()).toEqual({
      pauseMs: HOUR_MS - 60_000,
      reason: {
        code: 'answer_refused',
        message: 'It was asked too often.',
        facts: { status: 429, until: NOW + HOUR_MS },
      },
    });
    expect(await notBefore(recorder, NOW + HOUR_MS).read()).toBeNull();
  });

  it('is a day at most, and of no account for another address or once the clock was set back', async () => {
    const recorder = recordDeliveries();
    await notBefore(recorder).keep(limited(NOW + 10 * DAY_MS));
    expect((await notBefore(recorder).read())?.pauseMs).toBe(DAY_MS);
    expect(await notBefore(recorder, NOW, 'https://other.example/rss').read()).toBeNull();
    expect(await notBefore(recorder, NOW - 1).read()).toBeNull();
  });

  it('is nothing when no time was named, or when the value is missing or damaged', async () => {
    const recorder = recordDeliveries();
    const wire = notBefore(recorder);
    await wire.keep(new RejectedError('answer_refused', 'No.', { facts: { status: 500 } }));
    await wire.keep(limited(NOW));
    expect(recorder.deliveries).toHaveLength(0);
    expect(await wire.read()).toBeNull();
    await wire.keep(limited(NOW + HOUR_MS));
    const [name = ''] = recorder.cursors.keys();
    for (const value of ['', '{', 'null', '[]', '1', '{"saidAt":"x"}', '{"saidAt":0,"until":9e99}']) {
      recorder.cursors.set(name, value);
      expect(await wire.read()).toBeNull();
    }
    const longest = { saidAt: NOW, until: 9e99, code: 'c', message: 'm', status: 'x' };
    recorder.cursors.set(name, JSON.stringify(longest));
    expect((await wire.read())?.pauseMs).toBe(DAY_MS);
  });

  it('is not kept while the log takes nothing, and what is no such failure is not hidden', async () => {
    const full = new UnavailableError('log_full', 'The disk is full.', { retriable: true });
    const failing = (error: Error) => ({
      ...recordDeliveries(() => Promise.reject(error)),
      readCursor: () => Promise.reject(error),
    });
    await notBefore(failing(full)).keep(limited(NOW + HOUR_MS));
    await expect(notBefore(failing(full)).read()).rejects.toBeInstanceOf(LogFailure);
    const bug = new InvariantError('bug', 'A bug.');
    await expect(notBefore(failing(bug)).keep(limited(NOW + HOUR_MS))).rejects.toBe(bug);
  });
});

describe('a live source whose service asked to be left alone', () => {
  it('does not connect again before, after a restart neither, and says why', async () => {
    const recorder = recordDeliveries();
    const refused = new StreamRefusedError('rate_limited', 'stream.example allows no further requests.', {
      status: 429,
      retryAt: NOW + HOUR_MS,
    });
    expect(await runOnce(recorder, START, refused)).toMatchObject({ opened: 1, slept: [HOUR_MS] });
    const again = await runOnce(recorder, '2026-03-31T14:10:00Z', refused);
    expect(again).toMatchObject({ opened: 0, slept: [HOUR_MS - 600_000] });
    expect(again.status).toMatchObject({
      state: 'degraded',
      reason: refused.message,
      cause: { code: 'rate_limited', facts: { status: 429, until: NOW + HOUR_MS } },
    });
  });
});

/** Up to the first pause. */
async function runOnce(recorder: DeliveryRecorder, at: string, refused: Error) {
  const stop = new AbortController();
  const clock = fakeClock(at);
  let opened = 0;
  const stream: LiveStream = {
    name: 'stream.example',
    open: () => {
      opened += 1;
      return Promise.reject(refused);
    },
  };
  const slept: number[] = [];
  const source = createLiveSource({
    source: { id: 'stream' },
    stream,
    silenceMs: 60_000,
    random: () => 0,
    readCursor: recorder.readCursor,
    onRejected: () => undefined,
    clock: {
      ...clock,
      sleep: (ms) => {
        slept.push(ms);
        status = source.status();
        stop.abort();
        return Promise.resolve();
      },
    },
  });
  let status = source.status();
  await source.run(recorder.deliver, stop.signal);
  return { opened, slept, status };
}
