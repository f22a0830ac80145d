import type { Outbox } from '../../alerts/notifiers/outbox.js';
import type { Suppressions } from '../core/erasure.js';
import { ConfigError } from '../core/errors.js';
import { createForgetting, type Forgetting, type ForgettingOptions } from './forgetting.js';
import type { Monitoring } from './monitoring.js';
import type { OpenParts } from './parts.js';
import { createRetention } from './retention.js';
import type { ServiceOptions } from './service.js';

export interface ServiceForgettingOptions
  extends
    Pick<ServiceOptions, 'config' | 'clock' | 'logger'>,
    Pick<ForgettingOptions, 'drained' | 'forgetRecent'> {
  readonly parts: OpenParts;
  readonly suppressions: Suppressions;
  readonly outbox: Outbox;
  readonly monitoring: () => Monitoring;
}

/** Erasure and retention over the parts of a service; null in a process without a store. */
export function createServiceForgetting(options: ServiceForgettingOptions): Forgetting | null {
  const { parts, config, clock, outbox, monitoring } = options;
  const { store, log, world } = parts;
  if (store === null) return null;
  return createForgetting({
    ...options,
    store,
    log,
    retention: createRetention({ rules: config.retention, world, store, outbox }),
    alerting: () => monitoring().alerting,
    active: () => monitoring().state === 'active',
    now: () => clock.now(),
  });
}

export function requireForgetting(forgetting: Forgetting | null): Forgetting {
  if (forgetting !== null) return forgetting;
  throw new ConfigError(
    'role_without_store',
    'This process only takes documents in and has no store. Ask the one that runs the monitor role.',
  );
}
