import type { Outbox } from '../../alerts/notifiers/outbox.js';
import type { LiveHub } from '../../dashboards/api/live-hub.js';
import type { Metrics } from '../telemetry/metrics.js';
import { announceAlerts } from './announce.js';
import { noteAuthorKey } from './author-keys.js';
import type { HealthWatch } from './health-watch.js';
import { createMonitoring, type Monitoring } from './monitoring.js';
import { withStore, type OpenParts } from './parts.js';
import type { ProgressMeter } from './progress-meter.js';
import { ALL_ROLES, type Roles } from './roles.js';
import type { ServiceOptions } from './service.js';

export interface ServiceMonitoringOptions extends Pick<ServiceOptions, 'config' | 'clock' | 'logger'> {
  readonly parts: OpenParts;
  readonly roles: Roles;
  readonly metrics: Metrics;
  readonly hub: LiveHub;
  readonly outbox: Outbox;
  readonly watch: Pick<HealthWatch, 'detects' | 'listenTo'>;
  readonly meter: Pick<ProgressMeter, 'evaluated'>;
  /** Reads again what must not be kept. */
  readonly readForgotten: () => Promise<void>;
  /** Address of the page, once it is known. */
  readonly page: () => string | null;
  readonly caughtUp: () => Promise<boolean>;
}

/** Detection and mail, with what a service has for them. */
export function createServiceMonitoring(options: ServiceMonitoringOptions): Monitoring {
  const { parts, config, clock, logger, metrics, watch, hub, outbox } = options;
  return createMonitoring({
    takeOver: async () => {
      const { store } = withStore(parts);
      await store.takeOver();
      await noteAuthorKey(store, config, logger);
      await options.readForgotten();
    },
    standDown: () => parts.store?.standDown(),
    onActive: (active) => {
      watch.detects(active);
      metrics.monitorActive(active);
      if (options.roles.size < ALL_ROLES.size)
        logger.info(active ? 'This monitor is the active one now.' : 'This monitor stands by.');
    },
    alerting: () => ({
      parts: withStore(parts),
      config,
      clock,
      metrics: watch.listenTo(metrics),
      logger,
      outbox,
      // A port that happened to be free is gone tomorrow: no link is better than a dead one.
      publicUrl: () => config.http.publicUrl ?? (config.http.port === 0 ? null : options.page()),
      caughtUp: options.caughtUp,
      onEvaluated: options.meter.evaluated,
      onEvents: (events) => {
        announceAlerts(hub, outbox, events);
      },
    }),
  });
}
