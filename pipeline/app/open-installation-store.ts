import type { Config } from '../../config/schema.js';
import type { Clock } from '../core/clock.js';
import type { World } from '../core/document.js';
import { retry } from '../core/retry.js';
import { openStore, type Store } from '../storage/open-store.js';
import type { Logger } from '../telemetry/logger.js';
import { createRepeatingFailure } from '../telemetry/repeating-failure.js';
import type { DataFolder } from './data-folder.js';
import type { Roles } from './roles.js';

export interface OpenInstallationStoreOptions {
  readonly config: Pick<Config, 'clickhouse'>;
  readonly folder: Pick<DataFolder, 'store'>;
  readonly world: World;
  readonly roles: Roles;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A server that starts beside us, or a monitor that brings the schema up to date, gets about two minutes. */
const ATTEMPTS = 40;

/**
 * The store that the configuration names, or null for a process that only takes documents in: that must go on when the store
 * is away. Only the monitor writes and changes the schema.
 */
export async function openInstallationStore(options: OpenInstallationStoreOptions): Promise<Store | null> {
  const { config, folder, world, roles, clock, logger } = options;
  if (roles.size === 1 && roles.has('ingest')) return null;
  const { url, ...server } = config.clickhouse;
  const shared = { world, clock, logger, readOnly: !roles.has('monitor') };
  if (url === 'chdb:') return openStore({ ...shared, path: folder.store });
  const failure = createRepeatingFailure({ sentence: 'The store has to be waited for.', logger, clock });
  return retry(() => openStore({ ...shared, server: { url, ...server } }), {
    initialMs: 500,
    maxMs: 3_000,
    attempts: ATTEMPTS,
    clock,
    onRetry: (error) => {
      failure.failed(error);
    },
  });
}
