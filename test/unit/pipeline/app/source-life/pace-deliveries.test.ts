import { describe, expect, it } from 'vitest';

import { paceDeliveries, type Pause } from '../../../../../pipeline/app/source-life/pace-deliveries.js';
import { rawDocument } from '../../../../support/documents.js';
import { fakeClock, recordDeliveries } from '../../../../support/ingest.js';

const documents = (count: number) => Array.from({ length: count }, () => rawDocument());

describe('a limit of documents a minute', () => {
  it('is a pause after each delivery, which is safe before it', async () => {
    const clock = fakeClock('2026-03-02T09:00:00Z');
    const began = clock.now();
    const recorder = recordDeliveries();
    const pauses: (number | null)[] = [];
    const onPause = (pause: Pause | null) => {
      if (pause !== null) expect(recorder.deliveries.length).toBeGreaterThan(0);
      pauses.push(pause === null ? null : pause.until - began);
    };
    const signal = new AbortController().signal;
    const deliver = paceDeliveries(recorder.deliver, { maxPerMinute: 60, clock, signal, onPause });
    await deliver({ documents: documents(3), cursors: [] });
    await deliver({ documents: [], cursors: [{ name: 'a', value: 'b' }] });
    await deliver({
      documents: documents(2),
      cursors: [],
      unreadable: [{ key: 'x', value: Buffer.from('x') }],
    });
    expect(clock.slept).toEqual([3_000, 3_000]);
    expect(pauses).toEqual([3_000, null, 6_000, null]);
    expect(recorder.documents()).toHaveLength(5);
  });

  it('passes on what fails, without a pause, and is none without a limit', async () => {
    const clock = fakeClock('2026-03-02T09:00:00Z');
    const failing = recordDeliveries(() => {
      throw new Error('given up');
    });
    const options = { clock, signal: new AbortController().signal, onPause: () => undefined };
    const paced = paceDeliveries(failing.deliver, { ...options, maxPerMinute: 1 });
    await expect(paced({ documents: documents(1), cursors: [] })).rejects.toThrow('given up');
    const free = recordDeliveries();
    await paceDeliveries(free.deliver, { ...options, maxPerMinute: null })({
      documents: documents(9),
      cursors: [],
    });
    expect(clock.slept).toEqual([]);
  });
});
