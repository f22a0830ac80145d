import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { loadConfig } from '../../../../config/load.js';
import { createLogGaps } from '../../../../pipeline/app/log-gaps.js';
import { openLog } from '../../../../pipeline/app/open-log.js';
import { systemClock } from '../../../../pipeline/core/clock.js';
import { RAW_TOPIC } from '../../../../pipeline/core/log.js';
import { silentLogger } from '../../../../pipeline/telemetry/logger.js';
import { createMetrics } from '../../../../pipeline/telemetry/metrics.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-open-log-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('The embedded log takes no more than log.maxBytes, and says so in a way that senders can repeat', async () => {
  const config = await loadConfig({
    file: null,
    env: { BELLWETHER_LOG__MAX_BYTES: '20000000', BELLWETHER_LOG__RETENTION_BYTES: '10000000' },
  });
  const shared = { clock: systemClock, logger: silentLogger, metrics: createMetrics() };
  const log = await openLog({ config, folder: { log: folder }, ...shared, gaps: createLogGaps(shared) });
  const append = () => log.append(RAW_TOPIC, [{ key: 'k', value: new Uint8Array(9_000_000) }]);
  await append();
  await append();
  await expect(append()).rejects.toMatchObject({ code: 'log_full', retriable: true });
  await log.close();
});
