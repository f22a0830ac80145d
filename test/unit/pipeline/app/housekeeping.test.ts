import { describe, expect, it } from 'vitest';

import { keepHouse } from '../../../../pipeline/app/housekeeping.js';
import { InvariantError, UnavailableError } from '../../../../pipeline/core/errors.js';
import { createMetrics } from '../../../../pipeline/telemetry/metrics.js';
import { fakeClock } from '../../../support/ingest.js';

/** Keeps house until the log was asked `times` times to trim, answering each time with the error. */
function keepHouseUntilTrimmed(times: number, error: Error): Promise<void> {
  const abort = new AbortController();
  let trims = 0;
  return keepHouse({
    folder: { path: '.', log: './log', store: './store' },
    flow: { lag: () => Promise.resolve({ understand: 0, monitor: 0 }) },
    log: {
      trim: () => {
        trims += 1;
        if (trims === times) abort.abort();
        return Promise.reject(error);
      },
    },
    metrics: createMetrics(),
    clock: fakeClock('2026-03-02T00:00:00.000Z'),
    signal: abort.signal,
    onLag: () => undefined,
    onRoom: () => undefined,
  });
}

describe('housekeeping', () => {
  it('goes on while the log cannot be trimmed because the disk is full', async () => {
    const full = new UnavailableError('log_full', 'The disk is full.', { retriable: true });
    await expect(keepHouseUntilTrimmed(2, full)).resolves.toBeUndefined();
  });

  it('rejects with what waiting does not mend', async () => {
    await expect(keepHouseUntilTrimmed(2, new InvariantError('bug', 'A bug.'))).rejects.toThrow('A bug.');
  });
});
