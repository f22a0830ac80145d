import { afterEach, beforeEach, expect, it } from 'vitest';

import { loadConfig } from '../../config/load.js';
import { createOutbox } from '../../alerts/notifiers/outbox.js';
import { createMonitoring, type Monitoring } from '../../pipeline/app/monitoring.js';
import { openParts, type Parts } from '../../pipeline/app/parts.js';
import { ALL_ROLES } from '../../pipeline/app/roles.js';
import { ConfigError } from '../../pipeline/core/errors.js';
import { systemClock } from '../../pipeline/core/clock.js';
import type { Store } from '../../pipeline/storage/open-store.js';
import { silentLogger } from '../../pipeline/telemetry/logger.js';
import { createMetrics } from '../../pipeline/telemetry/metrics.js';
import { temporaryFolder } from '../support/service.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let parts: Parts;
/** What the monitor said and asked, in order. */
let told: string[];
/** Let the store answer; each `takeOver` waits for one. */
let gates: (() => void)[];

beforeEach(async () => {
  folder = await temporaryFolder();
  told = [];
  gates = [];
});
afterEach(async () => {
  await parts.close();
  await folder.remove();
});

/** A monitor on a real store that is slow to answer. */
async function openMonitoring(answers: Partial<Store> = {}): Promise<Monitoring> {
  const config = await loadConfig({ file: null, env: {}, overrides: { sources: [] } });
  const base = { config, clock: systemClock, logger: silentLogger, metrics: createMetrics() };
  const open = await openParts({ ...base, dataDir: folder.path, world: 'live', roles: ALL_ROLES });
  if (open.store === null) throw new Error('no store');
  const { store } = open;
  parts = { ...open, store: { ...store, ...answers } };
  return createMonitoring({
    async takeOver() {
      await new Promise<void>((resolve) => gates.push(resolve));
      await store.takeOver();
      told.push('took over');
    },
    standDown() {
      store.standDown();
      told.push('stood down');
    },
    onActive: (active) => told.push(active ? 'active' : 'standby'),
    alerting: () => ({
      ...base,
      parts,
      metrics: createMetrics(),
      outbox: createOutbox(folder.path),
      publicUrl: () => null,
      caughtUp: () => Promise.resolve(false),
      onEvents: () => undefined,
    }),
  });
}
const gateCount = async (count: number) => {
  while (gates.length < count) await new Promise((resolve) => setImmediate(resolve));
};

it('does not become active when its partition is revoked while the store is slow to be taken over', async () => {
  const monitoring = await openMonitoring();
  const abort = new AbortController();
  const running = monitoring.run(abort.signal);
  const activated = monitoring.activate();
  await gateCount(1);
  await monitoring.deactivate();
  gates[0]?.();
  await activated;
  expect(monitoring.state).toBe('standby');
  expect(monitoring.signal).toBeNull();
  expect(told).not.toContain('active');
  expect(told.at(-1)).toBe('stood down');
  abort.abort();
  await running;
}, 30_000);

it('is active once when the partition came back before the first answer of the store', async () => {
  const monitoring = await openMonitoring();
  const first = monitoring.activate();
  await gateCount(1);
  await monitoring.deactivate();
  const second = monitoring.activate();
  await gateCount(2);
  gates[1]?.();
  await second;
  gates[0]?.();
  await first;
  expect(monitoring.state).toBe('active');
  expect(told.filter((word) => word === 'active')).toHaveLength(1);
  expect(told.at(-1)).not.toBe('stood down');
  const { signal } = monitoring;
  await monitoring.deactivate();
  expect(signal?.aborted).toBe(true);
  expect(monitoring.state).toBe('standby');
}, 30_000);

it('stands by when detection hears from the store that another one has taken over, before the log says so', async () => {
  const replaced = new ConfigError('not_the_active_monitor', 'Another monitor has taken over meanwhile.');
  const monitoring = await openMonitoring({ openEvents: () => Promise.reject(replaced) });
  const abort = new AbortController();
  const running = monitoring.run(abort.signal);
  const activated = monitoring.activate();
  await gateCount(1);
  gates[0]?.();
  await activated;
  while (monitoring.state === 'active') await new Promise((resolve) => setImmediate(resolve));
  expect(told.slice(-2)).toEqual(['active', 'standby']);
  abort.abort();
  await running;
}, 30_000);
