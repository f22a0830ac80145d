import { expect, it } from 'vitest';
import type { Deliver, Source } from '../../ingest/source.js';
import { recordDeliveries, type DeliveryRecorder } from '../support/ingest.js';

/** Makes a source that has at least two documents to deliver, and that reads its cursors from the recorder. */
export type MakeSource = (recorder: Pick<DeliveryRecorder, 'readCursor'>) => Promise<Source>;

/** What every source promises, whatever it reads. */
export function sourceContract(make: MakeSource, { hasCursor = true } = {}): void {
  const runUntilDelivered = async (recorder: DeliveryRecorder) => {
    const stop = new AbortController();
    const source = await make(recorder);
    const deliver: Deliver = async (delivery) => {
      await recorder.deliver(delivery);
      stop.abort();
    };
    await source.run(deliver, stop.signal);
    return source;
  };

  it('starts as `starting`, and ends as `stopped` or `finished` with its figures', async () => {
    const recorder = recordDeliveries();
    const untouched = await make(recorder);
    expect(untouched.status()).toMatchObject({
      id: untouched.id,
      state: 'starting',
      delivered: 0,
      lastDeliveryAt: null,
    });
    const source = await runUntilDelivered(recorder);
    expect(['stopped', 'finished']).toContain(source.status().state);
    expect(source.status().delivered).toBe(recorder.documents().length);
    expect(source.status().lastDeliveryAt).not.toBeNull();
  });

  it.runIf(hasCursor)('moves a cursor with every delivery', async () => {
    const first = recordDeliveries();
    await runUntilDelivered(first);
    expect(first.documents().length).toBeGreaterThanOrEqual(2);
    for (const delivery of first.deliveries) expect(delivery.cursors.length).toBeGreaterThan(0);
  });

  it('waits for a delivery before it makes the next', async () => {
    let open = 0;
    let most = 0;
    const recorder = recordDeliveries(async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
    });
    await runUntilDelivered(recorder);
    expect(most).toBe(1);
  });

  it('delivers the same documents again after a delivery that was given up', async () => {
    const failing = recordDeliveries(() => {
      throw new Error('given up');
    });
    await expect(runUntilDelivered(failing)).rejects.toThrow('given up');
    expect(failing.cursors.size).toBe(0);
    const again = recordDeliveries(undefined, failing.cursors);
    await runUntilDelivered(again);
    expect(again.documents().length).toBeGreaterThanOrEqual(2);
  });

  it('delivers nothing when it is stopped before it began', async () => {
    const recorder = recordDeliveries();
    const source = await make(recorder);
    await source.run(recorder.deliver, AbortSignal.abort());
    expect(recorder.documents()).toEqual([]);
    expect(source.status().state).toBe('stopped');
  });

  it('gives the same ids and hashes whenever it runs', async () => {
    const marks = async () => {
      const recorder = recordDeliveries();
      await runUntilDelivered(recorder);
      return recorder.documents().map(({ id, contentHash }) => `${id} ${contentHash}`);
    };
    expect(await marks()).toEqual(await marks());
  });
}
