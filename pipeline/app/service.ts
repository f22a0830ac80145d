import type { Config } from '../../config/schema.js';
import type { RejectedItem } from '../../ingest/source.js';
import type { Clock } from '../core/clock.js';
import type { World } from '../core/document.js';
import type { Logger } from '../telemetry/logger.js';
import { createMetrics } from '../telemetry/metrics.js';
import { openParts } from './parts.js';
import { ALL_ROLES, type Roles } from './roles.js';
import type { Operation } from './operations/operation.js';
import type { HttpAddresses } from './start-http.js';
import { RunningService } from './running-service.js';
import type { ConfigFile } from './source-life/reload-sources.js';
import type { SourceControl } from './source-life/service-sources.js';

export interface ServiceOptions {
  readonly config: Config;
  readonly dataDir: string;
  readonly world: World | null;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What this process does of the installation's work; everything, when left out. */
  readonly roles?: Roles;
  /** Where the configuration comes from, so that its sources can be read again while the service runs. */
  readonly configFile?: ConfigFile;
}

export interface ReplayRequest {
  readonly files: readonly string[];
  readonly speed: number | 'max';
}

export interface ReplayResult {
  readonly delivered: number;
  readonly rejected: number;
  /** The first twenty of the rejected rows. */
  readonly problems: readonly RejectedItem[];
}

export interface Service {
  readonly world: World;
  readonly dataDir: string;
  readonly addresses: HttpAddresses;
  /** Feeds recorded files and resolves when everything is queryable, rolled up and evaluated. */
  replay(request: ReplayRequest, signal: AbortSignal): Promise<ReplayResult>;
  /** Runs an operation on the open parts. */
  operate<Request, Answer>(
    operation: Operation<Request, Answer>,
    request: Request,
    signal: AbortSignal,
  ): Promise<Answer>;
  /** Rejects when the service cannot go on; never resolves before it is stopped. */
  readonly failed: Promise<void>;
  /** What may be done to its sources meanwhile. */
  readonly sources: SourceControl;
  stop(): Promise<void>;
}

/** Opens everything in order, starts the stages, detection, the sources and the servers. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const metrics = createMetrics();
  metrics.cost(options.config.telemetry.cost);
  const { roles = ALL_ROLES } = options;
  for (const role of roles) metrics.role(role);
  const parts = await openParts({ ...options, roles, metrics });
  const service = new RunningService(options, parts, metrics);
  try {
    await service.start();
    return service;
  } catch (error) {
    await service.stop().catch(() => undefined);
    throw error;
  }
}
