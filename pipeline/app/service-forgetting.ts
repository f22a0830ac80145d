import type { Outbox } from '../../alerts/notifiers/outbox.js';
import type { LiveHub } from '../../dashboards/api/live-hub.js';
import type { Suppressions } from '../core/erasure.js';
import { CancelledError, ConfigError } from '../core/errors.js';
import type { Flow } from './flow.js';
import { createForgetting, type Forgetting } from './forgetting.js';
import type { Intake } from './intake.js';
import type { Monitoring } from './monitoring.js';
import type { OpenParts } from './parts.js';
import { createRetention } from './retention.js';
import type { ServiceOptions } from './service.js';

export interface ServiceForgettingOptions extends Pick<ServiceOptions, 'config' | 'clock' | 'logger'> {
  readonly parts: OpenParts;
  readonly suppressions: Suppressions;
  readonly outbox: Outbox;
  readonly monitoring: () => Monitoring;
  readonly intake: Pick<Intake, 'quiet'>;
  readonly flow: () => Flow;
  /** The end of the service. */
  readonly signal: AbortSignal;
  readonly hub: Pick<LiveHub, 'forget'>;
}

/** Erasure and retention over the parts of a service; null in a process without a store. */
export function createServiceForgetting(options: ServiceForgettingOptions): Forgetting | null {
  const { parts, config, clock, outbox, monitoring, intake, flow, signal, hub } = options;
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
    drained: async () => {
      await intake.quiet();
      await flow().drained(signal);
      if (signal.aborted)
        throw new CancelledError(
          'erasure_cut_off',
          'The service stops; the erasure is finished at its next start.',
        );
    },
    forgetRecent: () => {
      hub.forget();
    },
  });
}

export function requireForgetting(forgetting: Forgetting | null): Forgetting {
  if (forgetting !== null) return forgetting;
  throw new ConfigError(
    'role_without_store',
    'This process only takes documents in and has no store. Ask the one that runs the monitor role.',
  );
}
