import { ConfigError } from '../../core/errors.js';
import type { Metrics } from '../../telemetry/metrics.js';
import { rejectReasonOf } from '../../telemetry/reject-reason.js';
import type { Intake } from '../intake.js';
import type { OpenParts } from '../parts.js';
import type { Role } from '../roles.js';
import type { ServiceOptions } from '../service.js';
import type { SwitchModel } from '../switch-model.js';
import type { LivingStatus } from './living-source.js';
import { paceDeliveries } from './pace-deliveries.js';
import { createRejectLog } from './reject-log.js';
import { createSourceReload, type ReloadResult } from './reload-sources.js';
import { createSourceLife, type SourceLife } from './source-life.js';
import { createSourceMaker, partsForSources } from './source-maker.js';
import { watchSources } from './watch-sources.js';

/**
 * What operators may do to the sources of a running service; each but `reload` throws ConfigError `role_without_sources` where
 * there are none.
 */
export interface SourceControl {
  list(): readonly LivingStatus[];
  /** False when it ran already. */
  start(id: string): Promise<boolean>;
  /** False when it did not run. */
  stop(id: string): Promise<boolean>;
  /** See `SourceReload`. In a process without sources it takes over the model and the expert rules alone. */
  reload(by: 'command' | 'signal'): Promise<ReloadResult>;
}

/** The sources of a running service, from its start to its end. */
export interface ServiceSources extends SourceControl {
  /** Starts those of the configuration; a replay world has none of its own, and only the role `ingest` runs any. */
  begin(): Promise<void>;
  /** Resolves when the signal was aborted and all have ended; rejects with the bug of one. */
  ended(): Promise<void>;
  statuses(): readonly LivingStatus[];
}

export interface ServiceSourcesOptions extends ServiceOptions {
  readonly parts: OpenParts;
  readonly intake: Pick<Intake, 'deliverer' | 'webhookDeliveries'>;
  readonly metrics: Pick<Metrics, 'rejected' | 'sources'>;
  readonly roles: ReadonlySet<Role>;
  readonly signal: AbortSignal;
  readonly switchModel: SwitchModel;
}

export function createServiceSources(options: ServiceSourcesOptions): ServiceSources {
  const { config, parts, intake, metrics, logger, clock, roles, signal } = options;
  const { world } = parts;
  const rejects = createRejectLog(logger, clock);
  const life = createSourceLife({
    make: createSourceMaker({
      config,
      clock,
      logger,
      ...partsForSources(parts),
      onRejected: (type, item) => {
        metrics.rejected(type, rejectReasonOf(item.code));
        rejects.rejected(item);
      },
    }),
    run: (entry, source, { signal: stopped, onPause }) => {
      const deliver = intake.deliverer(entry.type, stopped);
      const maxPerMinute = entry.type === 'demo' || entry.type === 'push' ? null : entry.maxPerMinute;
      return source.run(paceDeliveries(deliver, { maxPerMinute, clock, signal: stopped, onPause }), stopped);
    },
    onRemoved: (id) => {
      parts.push.forget(id);
    },
    clock,
    logger,
    signal,
  });
  const runs = roles.has('ingest');
  const reload = createSourceReload({
    ...options,
    file: options.configFile ?? null,
    world,
    life: runs ? life : NO_SOURCES,
  });
  const control: Omit<SourceControl, 'reload'> = {
    list: () => life.statuses(),
    start: async (id) => {
      const changed = await life.start(id);
      logger.info('A source was started by hand.', { source: id, by: 'command', changed });
      return changed;
    },
    stop: async (id) => {
      const changed = await life.stop(id);
      logger.info('A source was stopped by hand.', { source: id, by: 'command', changed });
      return changed;
    },
  };
  return {
    begin: async () => {
      if (runs && world !== 'replay') await life.apply(config.sources);
    },
    ended: async () => {
      const watch = { ...options, statuses: () => life.statuses(), onTurn: () => rejects.settle() };
      await Promise.all([life.ended(), reload.watch(signal), ...(runs ? [watchSources(watch, signal)] : [])]);
    },
    statuses: () => life.statuses(),
    ...(runs ? control : NO_CONTROL),
    reload: (by) => reload.reload(by),
  };
}

/** Of a process that takes nothing in: whatever the configuration names runs elsewhere. */
const NO_SOURCES: Pick<SourceLife, 'apply' | 'statuses'> = {
  apply: () => Promise.resolve({ added: [], removed: [], restarted: [], leftStopped: [], unchanged: 0 }),
  statuses: () => [],
};

const NO_CONTROL: Omit<SourceControl, 'reload'> = {
  list: () => {
    throw noSources();
  },
  start: () => Promise.reject(noSources()),
  stop: () => Promise.reject(noSources()),
};

function noSources(): ConfigError {
  return new ConfigError(
    'role_without_sources',
    'This process takes no documents in. Ask the one that runs the ingest role.',
  );
}
