import { expect, it } from 'vitest';

import { createForgetting, type ForgettingOptions } from '../../../../pipeline/app/forgetting.js';
import { createSuppressions } from '../../../../pipeline/core/erasure.js';
import { ConfigError, InvariantError } from '../../../../pipeline/core/errors.js';
import { silentLogger } from '../../../../pipeline/telemetry/logger.js';
import { fakeClock } from '../../../support/ingest.js';

/** Looks for erasures that were cut off, and is answered with each of the failures once. */
function scene(...failures: readonly Error[]) {
  const abort = new AbortController();
  let looks = 0;
  const forgetting = createForgetting({
    active: () => true,
    clock: fakeClock('2026-03-02T00:30:00.000Z'),
    logger: silentLogger,
    suppressions: createSuppressions(),
    retention: { run: () => Promise.resolve({ documents: 0, deadLetters: 0, alerts: 0 }) },
    store: {
      erasure: {
        running: () => {
          const failure = failures[looks];
          looks += 1;
          if (failure !== undefined) return Promise.reject(failure);
          abort.abort();
          return Promise.resolve([]);
        },
      },
    },
  } as unknown as ForgettingOptions);
  return { run: () => forgetting.run(abort.signal), looks: () => looks };
}

it('leaves to another monitor what it was at when its term ended, and looks again later', async () => {
  const { run, looks } = scene(new ConfigError('not_the_active_monitor', 'Another one is.'));
  await run();
  expect(looks()).toBe(2);
});

it('does not go on after a bug', async () => {
  await expect(scene(new InvariantError('bug', 'A bug.')).run()).rejects.toThrow('A bug.');
});
