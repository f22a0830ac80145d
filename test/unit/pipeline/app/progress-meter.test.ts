import { describe, expect, it } from 'vitest';

import { createProgressMeter } from '../../../../pipeline/app/progress-meter.js';
import type { RawDocument } from '../../../../pipeline/core/document.js';
import { createMetrics } from '../../../../pipeline/telemetry/metrics.js';
import { batchOf, makeVersion } from '../../../support/store.js';

const STARTED = Date.UTC(2026, 2, 2, 9);
const seconds = (count: number) => STARTED + count * 1_000;
const iso = (time: number) => new Date(time).toISOString();

/** A version whose document was published and received so many seconds after the start. */
function versionAt(
  published: number,
  received: number,
  document: Partial<RawDocument> = {},
  flags: readonly string[] = [],
) {
  const version = makeVersion({ name: 'a', offset: 0, flags });
  const times = { publishedAt: iso(seconds(published)), receivedAt: iso(seconds(received)) };
  const scored = { ...version.scored, document: { ...version.scored.document, ...times, ...document } };
  return { ...version, scored };
}

function meterWith() {
  const metrics = createMetrics();
  let time = STARTED;
  const meter = createProgressMeter(metrics, { now: () => time });
  const at = (now: number) => {
    time = seconds(now);
    return meter;
  };
  const sum = async (stage: string, since: string) => {
    const text = await metrics.text();
    const found = (what: string) =>
      new RegExp(`bellwether_latency_seconds_${what}\\{stage="${stage}",since="${since}"\\} (\\S+)`).exec(
        text,
      );
    return [Number(found('count')?.[1]), Number(found('sum')?.[1])];
  };
  return { at, sum };
}

describe('The latency of live documents', () => {
  it('is told from the publication and from our edge, when they are stored and when they are rolled up', async () => {
    const { at, sum } = meterWith();
    at(15).rolledUp({ batches: [batchOf(versionAt(-60, 10))], storedSecondsAgo: [2] });
    expect(await sum('stored', 'published')).toEqual([1, 73]);
    expect(await sum('stored', 'received')).toEqual([1, 3]);
    expect(await sum('rolled_up', 'published')).toEqual([1, 75]);
    expect(await sum('rolled_up', 'received')).toEqual([1, 5]);
    expect(await sum('evaluated', 'published')).toEqual([0, 0]);
  });

  it('is told once when detection has looked, by the first look that began after the roll-up', async () => {
    const { at, sum } = meterWith();
    const batches = [batchOf(versionAt(0, 1))];
    at(5).rolledUp({ batches, storedSecondsAgo: [0] });
    at(6).evaluated(seconds(4));
    expect(await sum('evaluated', 'received')).toEqual([0, 0]);
    at(11).evaluated(seconds(10));
    at(21).evaluated(seconds(20));
    expect(await sum('evaluated', 'received')).toEqual([1, 10]);
    expect(await sum('evaluated', 'published')).toEqual([1, 11]);
  });

  it('leaves out history that was sent in, what waited for the start, and the hour where only the day is known', async () => {
    const { at, sum } = meterWith();
    const batches = [
      batchOf(versionAt(-900_000, 1, {}, ['backfill'])),
      batchOf(versionAt(-900_000, -1)),
      batchOf(versionAt(-30_000, 1, { precision: 'day' })),
    ];
    at(4).rolledUp({ batches, storedSecondsAgo: [0, 0, 0] });
    expect(await sum('rolled_up', 'published')).toEqual([0, 0]);
    expect(await sum('rolled_up', 'received')).toEqual([1, 3]);
  });

  it('keeps at most ten thousand documents that detection has not looked at', async () => {
    const { at, sum } = meterWith();
    const versions = Array.from({ length: 10_050 }, () => versionAt(0, 1));
    at(2).rolledUp({ batches: [batchOf(...versions)], storedSecondsAgo: [0] });
    at(3).evaluated(seconds(3));
    expect((await sum('rolled_up', 'received'))[0]).toBe(10_050);
    expect((await sum('evaluated', 'received'))[0]).toBe(10_000);
  });
});
