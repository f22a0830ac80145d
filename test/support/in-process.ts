import { loadConfig } from '../../config/load.js';
import type { ConfigInput } from '../../config/schema.js';
import { openParts } from '../../pipeline/app/parts.js';
import { ALL_ROLES } from '../../pipeline/app/roles.js';
import { RunningService } from '../../pipeline/app/running-service.js';
import type { ConfigFile } from '../../pipeline/app/source-life/reload-sources.js';
import type { World } from '../../pipeline/core/document.js';
import { systemClock, type Clock } from '../../pipeline/core/clock.js';
import { createMetrics } from '../../pipeline/telemetry/metrics.js';
import { silentLogger } from '../../pipeline/telemetry/logger.js';

/** A whole service inside the test, without sources, on free ports; its parts lie open. */
export async function openService(
  dataDir: string,
  world: World = 'live',
  more: ConfigInput = {},
  clock: Clock = systemClock,
  configFile?: ConfigFile,
): Promise<RunningService> {
  const config = await loadConfig({
    file: null,
    env: {},
    overrides: {
      sources: [],
      http: { port: 0 },
      metrics: { port: 0 },
      ...more,
      models: { sentiment: 'ngram', ...more.models },
    },
  });
  const options = {
    config,
    dataDir,
    world,
    clock,
    logger: silentLogger,
    ...(configFile === undefined ? {} : { configFile }),
  };
  const metrics = createMetrics();
  const parts = await openParts({ ...options, roles: ALL_ROLES, metrics });
  const service = new RunningService(options, parts, metrics);
  await service.start();
  return service;
}

/** Ends when the signal says so; for operations that nobody interrupts. */
export const never = new AbortController().signal;
