import { setMaxListeners } from 'node:events';

import { createOutbox, type Outbox } from '../../alerts/notifiers/outbox.js';
import { createLiveHub, type LiveHub } from '../../dashboards/api/live-hub.js';
import type { ServiceStatus } from '../../dashboards/api/ports.js';
import type { World } from '../core/document.js';
import { BellwetherError, CancelledError, ConfigError } from '../core/errors.js';
import { createMetrics, type Metrics } from '../telemetry/metrics.js';
import { createRepeatingFailure } from '../telemetry/repeating-failure.js';
import type { MonitorProgress } from '../topology.js';
import { announceAlerts, announceDocuments } from './announce.js';
import { createFlowBreaker, readiness, type FlowBreaker } from './breaker.js';
import { startControlServer } from './control-server.js';
import type { Flow, Lag } from './flow.js';
import { followStore } from './follow-store.js';
import { keepHouse } from './housekeeping.js';
import { createIntake, type Intake } from './intake.js';
import { createMonitoring, untilActive, type Monitoring } from './monitoring.js';
import type { OpenParts, Parts } from './parts.js';
import { replayFiles } from './replay-files.js';
import { ALL_ROLES, type Roles } from './roles.js';
import type { Operation, OperationContext } from './operations/operation.js';
import { createSources } from './create-sources.js';
import { keepSettled, settledClockOf, type SettledClock } from './settled.js';
import { startHttp, type HttpAddresses } from './start-http.js';
import { countProgress, startServiceFlow } from './service-flow.js';
import { version } from './version.js';
import type { ReplayRequest, ReplayResult, Service, ServiceOptions } from './service.js';

/** Live documents are expected within this time of their publication; until then the newest windows are provisional. */
const LATENESS_MS = 60_000;
/** With more than this on its way, the present is not complete enough to be judged. */
const CAUGHT_UP_DOCUMENTS = 2_000;

/** See `startService`. */
export class RunningService implements Service {
  readonly world: World;
  readonly dataDir: string;
  addresses: HttpAddresses = { page: null, metrics: null };
  failed: Promise<void> = Promise.resolve();
  readonly #metrics: Metrics = createMetrics();
  readonly #hub: LiveHub;
  readonly #intake: Intake;
  readonly #startedAt: number;
  readonly #abort = new AbortController();
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #roles: Roles;
  #flow: Flow | null = null;
  readonly #monitoring: Monitoring;
  readonly #breaker: FlowBreaker;
  readonly #outbox: Outbox;
  #lag: Lag = { understand: 0, monitor: 0 };
  #newest: number | null = null;
  /** Null in a replay world, and where there is no store. */
  readonly #settled: SettledClock | null;
  #ready = false;
  #stopped: Promise<void> | null = null;

  constructor(
    readonly options: ServiceOptions,
    readonly parts: OpenParts,
  ) {
    const { clock, logger, roles = ALL_ROLES } = options;
    this.#roles = roles;
    this.world = parts.world;
    this.dataDir = parts.folder.path;
    this.#startedAt = clock.now();
    // Every feed listens to it, for its pause and its request: more than ten are no leak.
    setMaxListeners(0, this.#abort.signal);
    this.#hub = createLiveHub({ startedAt: this.#startedAt });
    this.#intake = createIntake({ log: parts.log, clock, logger, metrics: this.#metrics });
    this.#outbox = createOutbox(parts.folder.outbox);
    this.#monitoring = this.#createMonitoring();
    this.#settled = settledClockOf(parts, clock, () => this.#monitoring.state === 'active');
    this.#breaker = createFlowBreaker({ clock, logger, metrics: this.#metrics });
  }

  async start(): Promise<void> {
    const { parts, options } = this;
    const { clock } = options;
    const roles = this.#roles;
    this.#newest = (await parts.store?.extent())?.to ?? null;
    const flow = await this.#startFlow();
    this.#flow = flow;
    // The address must be known before the first mail is written.
    await this.#startServers();
    const background = [
      flow.failed,
      ...(roles.has('monitor') ? [this.#monitoring.run(this.#abort.signal)] : []),
      keepHouse({
        flow,
        log: parts.log,
        statuses: () => this.#intake.statuses(),
        metrics: this.#metrics,
        dataDir: this.dataDir,
        clock,
        signal: this.#abort.signal,
        onLag: (lag) => {
          this.#lag = lag;
        },
      }),
      keepSettled(this.#settled, { clock, signal: this.#abort.signal }),
      ...(roles.has('ingest') ? this.#runSources() : []),
      ...(roles.has('api') && !roles.has('monitor') ? [this.#followStore()] : []),
    ];
    this.failed = Promise.all(background).then(() => undefined);
    this.failed.catch(() => undefined);
    this.#metrics.observeProcess();
    this.#ready = true;
  }

  replay(request: ReplayRequest, signal: AbortSignal): Promise<ReplayResult> {
    const { config, clock } = this.options;
    return replayFiles(
      request,
      {
        parts: this.parts,
        config,
        clock,
        intake: this.#intake,
        metrics: this.#metrics,
        settle: (until) => this.#settle(until),
      },
      AbortSignal.any([signal, this.#abort.signal]),
    );
  }

  async operate<Request, Answer>(
    operation: Operation<Request, Answer>,
    request: Request,
    signal: AbortSignal,
  ): Promise<Answer> {
    await untilActive(this.#monitoring, this.options.clock, signal);
    const context: OperationContext = {
      ...this.options,
      parts: this.#requireStore(),
      flow: this.#requireFlow(),
      breaker: this.#breaker,
      intake: this.#intake,
      metrics: this.#metrics,
      touch: (windows) => this.#monitoring.alerting?.history.touch(windows),
    };
    // What an operation changes belongs to the term: another monitor may work on the same store when it has ended.
    const term = this.#monitoring.signal;
    const ends = [signal, this.#abort.signal, ...(term === null ? [] : [term])];
    return operation.run(request, context, AbortSignal.any(ends));
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#ready = false;
    this.#abort.abort();
    const errors: unknown[] = [];
    const attempt = async (work: () => Promise<unknown>) => {
      try {
        await work();
      } catch (error) {
        // A write that was waiting when we stopped is done again at the next start.
        if (!(error instanceof CancelledError)) errors.push(error);
      }
    };
    for (const close of this.#closers.splice(0).reverse()) await attempt(close);
    await attempt(async () => this.#flow?.stop());
    await attempt(() => this.failed);
    await attempt(() => this.#monitoring.deactivate());
    await attempt(() => this.parts.close());
    if (errors.length > 0) throw errors[0];
  }

  async #settle(signal: AbortSignal): Promise<void> {
    await this.#requireFlow().drained(signal);
    if (!signal.aborted) await Promise.race([this.#monitoring.alerting?.grid?.settled(), this.failed]);
  }

  #runSources(): readonly Promise<void>[] {
    const { parts, options } = this;
    const { config, clock, logger } = options;
    const sources = createSources({ config, parts, clock, logger, metrics: this.#metrics });
    return sources.map(({ type, source }) => this.#intake.run(type, source, this.#abort.signal));
  }

  #followStore(): Promise<void> {
    const { clock, logger } = this.options;
    const failure = createRepeatingFailure({ sentence: 'The store does not answer.', logger, clock });
    return followStore({
      store: this.#requireStore().store,
      hub: this.#hub,
      clock,
      signal: this.#abort.signal,
      onNewest: (time) => {
        failure.succeeded();
        this.#newest = time;
      },
      onFailure: (error) => {
        failure.failed(error);
      },
    });
  }

  #createMonitoring(): Monitoring {
    const { config, clock, logger } = this.options;
    return createMonitoring({
      takeOver: () => this.#requireStore().store.takeOver(),
      standDown: () => this.parts.store?.standDown(),
      onActive: (active) => {
        this.#metrics.monitorActive(active);
        if (this.#roles.size < ALL_ROLES.size)
          logger.info(active ? 'This monitor is the active one now.' : 'This monitor stands by.');
      },
      alerting: () => ({
        parts: this.#requireStore(),
        config,
        clock,
        metrics: this.#metrics,
        logger,
        outbox: this.#outbox,
        // A port that happened to be free is gone tomorrow: no link is better than a dead one.
        publicUrl: () => config.http.publicUrl ?? (config.http.port === 0 ? null : this.addresses.page),
        caughtUp: () => this.#isCaughtUp(),
        onEvents: (events) => {
          announceAlerts(this.#hub, this.#outbox, events);
        },
      }),
    });
  }

  #startFlow(): Promise<Flow> {
    return startServiceFlow({
      ...this.options,
      breaker: this.#breaker,
      roles: this.#roles,
      parts: this.parts,
      metrics: this.#metrics,
      monitoring: this.#monitoring,
      onStored: (progress) => {
        this.#onStored(progress);
      },
    });
  }

  #onStored(progress: MonitorProgress): void {
    countProgress(progress, {
      metrics: this.#metrics,
      now: this.options.clock.now(),
      since: this.#startedAt,
    });
    const { alerting } = this.#monitoring;
    alerting?.history.touch(progress.touched);
    this.#settled?.stored(progress.batches);
    if (progress.newest === null) return;
    this.#newest = Math.max(this.#newest ?? progress.newest, progress.newest);
    const versions = progress.batches.flatMap((batch) => batch.versions);
    alerting?.grid?.advance(versions.map(({ scored }) => Date.parse(scored.document.publishedAt)));
    announceDocuments(this.#hub, versions);
  }

  async #startServers(): Promise<void> {
    const { parts, options } = this;
    const http = await startHttp({
      parts,
      config: options.config,
      clock: options.clock,
      hub: this.#hub,
      outbox: this.#outbox,
      roles: this.#roles,
      metrics: this.#metrics,
      accept: (documents) => this.#intake.accept(documents),
      health: () => ({
        ...readiness(this.#ready, this.#breaker),
        monitor: this.#roles.has('monitor') ? this.#monitoring.state : null,
      }),
      status: () => this.#status(),
    });
    this.addresses = http.addresses;
    this.#closers.push(() => http.close());
    const control = await startControlServer(parts.folder.socket, this);
    this.#closers.push(async () => control.close());
  }

  #status(): ServiceStatus {
    const now =
      this.world === 'replay' ? (this.#newest ?? this.options.clock.now()) : this.options.clock.now();
    return {
      world: this.world,
      now,
      watermark: this.world === 'replay' ? this.#newest : now - LATENESS_MS,
      ...(this.#settled === null ? {} : { settledUntil: this.#settled.until }),
      newestDocumentAt: this.#newest,
      model: this.parts.understanding.classifier.model,
      sources: this.#intake.statuses(),
      version: version(),
      lagDocuments: this.#lag.understand + this.#lag.monitor,
    };
  }

  /** A log that does not answer may hold anything. */
  async #isCaughtUp(): Promise<boolean> {
    if (this.#flow === null) return false;
    try {
      this.#lag = await this.#flow.lag();
    } catch (error) {
      if (error instanceof BellwetherError && error.retriable) return false;
      throw error;
    }
    return this.#lag.understand + this.#lag.monitor <= CAUGHT_UP_DOCUMENTS;
  }

  #requireStore(): Parts {
    const { store } = this.parts;
    if (store === null) {
      throw new ConfigError(
        'role_without_store',
        'This process only takes documents in and has no store. Ask the one that runs the monitor role.',
      );
    }
    return { ...this.parts, store };
  }

  #requireFlow(): Flow {
    if (this.#flow === null) throw new ConfigError('not_started', 'The service has not started yet.');
    return this.#flow;
  }
}
