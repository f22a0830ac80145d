import type { Config } from '../../config/schema.js';
import { createPushRegistry, type PushRegistry } from '../../ingest/sources/push/push-registry.js';
import type { Clock } from '../core/clock.js';
import type { World } from '../core/document.js';
import { ConfigError } from '../core/errors.js';
import type { DurableLog, RedactableLog } from '../core/log.js';
import type { Store } from '../storage/open-store.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { openDataFolder, type DataFolder } from './data-folder.js';
import { loadRules, warnOfWaiting } from './expert-rules.js';
import type { Roles } from './roles.js';
import { openInstallationStore } from './open-installation-store.js';
import { createLogGaps, type LogGaps } from './log-gaps.js';
import { openLog } from './open-log.js';
import { servedModels } from './model-life/approved-model.js';
import { createUnderstanding, type InstalledModels, type Understanding } from './understanding.js';

export interface PartsOptions {
  readonly config: Config;
  readonly dataDir: string;
  /** Null takes the world that the folder holds. */
  readonly world: World | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly roles: Roles;
  readonly metrics: Metrics;
}

/** What a process of an installation needs, open and held by it. */
export interface OpenParts {
  readonly folder: DataFolder;
  readonly world: World;
  readonly log: DurableLog & RedactableLog;
  readonly gaps: LogGaps;
  /** Where the HTTP route finds the push sources that run. */
  readonly push: PushRegistry;
  /** Null in a process that only takes documents in: that must go on when the store is away. */
  readonly store: Store | null;
  /** The configured models, with what this installation approved of them. */
  readonly models: InstalledModels;
  readonly understanding: Understanding;
  /** Closes everything, last opened first. */
  close(): Promise<void>;
}

export interface Parts extends OpenParts {
  readonly store: Store;
}

/** Throws ConfigError `role_without_store` where nothing is stored. */
export function withStore(parts: OpenParts): Parts {
  const { store } = parts;
  if (store !== null) return { ...parts, store };
  throw new ConfigError(
    'role_without_store',
    'This process only takes documents in and has no store. Ask the one that runs the monitor role.',
  );
}

/** Opens folder, log, store and models in this order; what was opened is closed again when a later one fails. */
export async function openParts(options: PartsOptions): Promise<OpenParts> {
  const { config, clock, logger, roles, metrics } = options;
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const folder = await openDataFolder({ path: options.dataDir, world: options.world, clock });
    closers.push(() => folder.release());
    if (folder.world === null) {
      throw new ConfigError(
        'no_installation',
        `${folder.path} holds no installation yet. "bellwether start" or "bellwether replay" makes one.`,
      );
    }
    const world = folder.world;
    // Models come first: a missing one must not leave a half-made folder behind.
    const rules = await loadRules(config.models.rules);
    warnOfWaiting(rules, logger);
    const models = await servedModels(folder.path, config.models);
    const understanding = await createUnderstanding({
      world,
      models,
      rules: rules.inForce,
      languages: config.languages,
      instrumentFiles: config.instruments.files,
      // Documents are read in a thread with a model of its own.
      seldom: true,
    });
    closers.push(() => understanding.close());
    const gaps = createLogGaps({ clock, logger, metrics });
    const log = await openLog({ config, folder, clock, logger, metrics, gaps });
    closers.push(() => log.close());
    const store = await openInstallationStore({ config, folder, world, roles, clock, logger });
    if (store !== null) closers.push(() => store.close());
    return { folder, world, log, gaps, push: createPushRegistry(), store, models, understanding, close };
  } catch (error) {
    await close();
    throw error;
  }
}
