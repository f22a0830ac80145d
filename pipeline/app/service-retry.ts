import type { TouchedWindow } from '../core/store.js';
import type { Metrics } from '../telemetry/metrics.js';
import { quietBackfillMs } from './backfill.js';
import type { Flow } from './flow.js';
import type { Monitoring } from './monitoring.js';
import { withStore, type OpenParts } from './parts.js';
import { createUnansweredRetry, type UnansweredRetry } from './retry-unanswered.js';
import type { Roles } from './roles.js';
import type { ServiceOptions } from './service.js';

export interface ServiceRetryOptions extends Pick<ServiceOptions, 'config' | 'clock' | 'logger'> {
  readonly parts: OpenParts;
  readonly roles: Roles;
  readonly metrics: Metrics;
  readonly monitoring: () => Monitoring;
  readonly flow: () => Pick<Flow, 'lag'>;
}

/** Asking again in a service: by the monitor, while it is the active one. Null in a process without that role. */
export function createServiceRetry(options: ServiceRetryOptions): UnansweredRetry | null {
  const { parts, roles, monitoring, config } = options;
  if (!roles.has('monitor')) return null;
  const { store, understanding } = withStore(parts);
  return createUnansweredRetry({
    ...options,
    store,
    understanding,
    active: () => monitoring().state === 'active',
    touch: (windows: readonly TouchedWindow[]) => monitoring().alerting?.history.touch(windows),
    quietBackfillMs: quietBackfillMs(config),
    virtual: parts.world === 'replay',
  });
}
