import { setMaxListeners } from 'node:events';

import { createOutbox, type Outbox } from '../../alerts/notifiers/outbox.js';
import { createLiveHub, type LiveHub } from '../../dashboards/api/live-hub.js';
import type { ServiceStatus } from '../../dashboards/api/ports.js';
import type { World } from '../core/document.js';
import { createSuppressions } from '../core/erasure.js';
import { ConfigError } from '../core/errors.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { MonitorProgress } from '../topology.js';
import { announceDocuments } from './announce.js';
import { createFlowBreaker, readiness, type FlowBreaker } from './breaker.js';
import { startControlServer } from './control-server.js';
import { lagOrNull, type Flow } from './flow.js';
import type { Forgetting } from './forgetting.js';
import { followWithWords } from './follow-store.js';
import { createHealthWatch, type HealthWatch } from './health-watch.js';
import { keepHouse } from './housekeeping.js';
import { createIntake, type Intake } from './intake.js';
import { untilActive, type Monitoring } from './monitoring.js';
import { withStore, type OpenParts } from './parts.js';
import { createProgressMeter, type ProgressMeter } from './progress-meter.js';
import { replayFiles } from './replay-files.js';
import type { UnansweredRetry } from './retry-unanswered.js';
import { ALL_ROLES, type Roles } from './roles.js';
import type { Operation, OperationContext } from './operations/operation.js';
import { keepSettled, settledClockOf, type SettledClock } from './settled.js';
import { startHttp, type HttpAddresses } from './start-http.js';
import { createServiceSources, type ServiceSources } from './source-life/service-sources.js';
import { startServiceFlow, type ServiceFlow } from './service-flow.js';
import { createServiceForgetting, requireForgetting } from './service-forgetting.js';
import { createServiceMonitoring } from './service-monitoring.js';
import { createServiceRetry } from './service-retry.js';
import { stopAll } from './stop-all.js';
import { serviceStatus } from './service-status.js';
import type { ReplayRequest, ReplayResult, Service, ServiceOptions } from './service.js';

/** With more than this on its way, the present is not complete enough to be judged. */
const CAUGHT_UP_DOCUMENTS = 2_000;

/** See `startService`. */
export class RunningService implements Service {
  readonly world: World;
  readonly dataDir: string;
  addresses: HttpAddresses = { page: null, metrics: null };
  failed: Promise<void> = Promise.resolve();
  readonly #metrics: Metrics;
  readonly #hub: LiveHub;
  readonly #intake: Intake;
  readonly #abort = new AbortController();
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #roles: Roles;
  #flow: ServiceFlow | null = null;
  readonly #monitoring: Monitoring;
  readonly #breaker: FlowBreaker;
  readonly #watch: HealthWatch;
  readonly #meter: ProgressMeter;
  readonly #outbox: Outbox;
  readonly sources: ServiceSources;
  /** Null where there is no store. */
  readonly #forgetting: Forgetting | null;
  readonly #retry: UnansweredRetry | null;
  #newest: number | null = null;
  /** Null in a replay world, and where there is no store. */
  readonly #settled: SettledClock | null;
  #noRoom: readonly string[] = [];
  #ready = false;
  #stopped: Promise<void> | null = null;

  constructor(
    readonly options: ServiceOptions,
    readonly parts: OpenParts,
    metrics: Metrics,
  ) {
    this.#metrics = metrics;
    const { clock, logger, roles = ALL_ROLES } = options;
    this.#roles = roles;
    this.world = parts.world;
    this.dataDir = parts.folder.path;
    // Each part listens to it, some more than once: more than ten are no leak.
    setMaxListeners(0, this.#abort.signal);
    this.#hub = createLiveHub({ startedAt: clock.now() });
    this.#meter = createProgressMeter(metrics, clock);
    const suppressions = createSuppressions();
    this.#watch = createHealthWatch({ ...options, roles, world: parts.world });
    const log = this.#watch.guard(parts.log);
    this.#intake = createIntake({ clock, logger, log, metrics, covers: suppressions.covers });
    this.#outbox = createOutbox(parts.folder.outbox);
    const shared = { ...options, roles, parts, intake: this.#intake, metrics, signal: this.#abort.signal };
    this.sources = createServiceSources({
      ...shared,
      switchModel: async (...asked) => (await this.#flow?.switchModel?.(...asked)) ?? null,
    });
    this.#forgetting = createServiceForgetting({
      ...options,
      parts,
      suppressions,
      outbox: this.#outbox,
      monitoring: () => this.#monitoring,
      intake: this.#intake,
      flow: () => this.#requireFlow(),
      signal: this.#abort.signal,
      hub: this.#hub,
    });
    this.#monitoring = this.#createMonitoring();
    this.#retry = createServiceRetry({
      ...options,
      roles,
      parts,
      metrics,
      monitoring: () => this.#monitoring,
      flow: () => this.#requireFlow(),
    });
    this.#settled = settledClockOf(parts, clock, () => this.#monitoring.state === 'active');
    this.#breaker = createFlowBreaker({ clock, logger, metrics: this.#metrics });
  }

  async start(): Promise<void> {
    const { parts, options } = this;
    const { clock } = options;
    const [roles, watch] = [this.#roles, this.#watch];
    this.#newest = (await parts.store?.extent())?.to ?? null;
    await this.#forgetting?.read();
    const flow = await this.#startFlow();
    this.#flow = flow;
    // The address must be known before the first mail is written.
    await this.#startServers();
    await this.sources.begin();
    const background = [
      flow.failed,
      this.sources.ended(),
      ...(roles.has('monitor') ? [this.#monitoring.run(this.#abort.signal)] : []),
      keepHouse({
        flow,
        log: parts.log,
        metrics: this.#metrics,
        folder: parts.folder,
        clock,
        signal: this.#abort.signal,
        onLag: (lag) => {
          this.#watch.lag(lag);
        },
        onRoom: (reasons) => {
          this.#noRoom = reasons;
          this.#metrics.ready(readiness(this.#ready, this.#breaker, [...reasons, ...watch.reasons]).ready);
        },
      }),
      this.#watch.watchStore(parts.store, this.#abort.signal),
      keepSettled(this.#settled, { clock, signal: this.#abort.signal }),
      ...(this.#forgetting === null || !roles.has('monitor')
        ? []
        : [this.#forgetting.run(this.#abort.signal)]),
      this.#retry?.run(this.#abort.signal) ?? Promise.resolve(),
      ...(roles.has('api') && !roles.has('monitor') ? [this.#follow()] : []),
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
      parts: withStore(this.parts),
      flow: this.#requireFlow(),
      breaker: this.#breaker,
      intake: this.#intake,
      forgetting: requireForgetting(this.#forgetting),
      metrics: this.#metrics,
      touch: (windows) => this.#monitoring.alerting?.history.touch(windows),
    };
    // What an operation changes belongs to the term: another monitor may work on the same store when it has ended.
    const term = this.#monitoring.signal;
    const ends = [signal, this.#abort.signal, ...(term === null ? [] : [term])];
    return operation.run(request, context, AbortSignal.any(ends));
  }

  stop(): Promise<void> {
    this.#ready = false;
    this.#abort.abort();
    this.#stopped ??= stopAll([
      ...this.#closers.splice(0).reverse(),
      async () => this.#flow?.stop(),
      () => this.failed,
      () => this.#monitoring.deactivate(),
      () => this.parts.close(),
    ]);
    return this.#stopped;
  }

  async #settle(signal: AbortSignal): Promise<void> {
    await this.#requireFlow().drained(signal);
    if (!signal.aborted) await Promise.race([this.#monitoring.alerting?.grid?.settled(), this.failed]);
  }

  #follow(): Promise<void> {
    return followWithWords({
      ...this.options,
      store: withStore(this.parts).store,
      hub: this.#hub,
      signal: this.#abort.signal,
      onNewest: (time) => {
        this.#newest = time;
      },
    });
  }

  #createMonitoring(): Monitoring {
    return createServiceMonitoring({
      ...this.options,
      parts: this.parts,
      roles: this.#roles,
      metrics: this.#metrics,
      hub: this.#hub,
      outbox: this.#outbox,
      watch: this.#watch,
      meter: this.#meter,
      readForgotten: async () => this.#forgetting?.read(),
      page: () => this.addresses.page,
      caughtUp: () => this.#isCaughtUp(),
    });
  }

  #startFlow(): Promise<ServiceFlow> {
    return startServiceFlow({
      ...this.options,
      refuse: (document) => this.#forgetting?.refuse(document) ?? null,
      breaker: this.#breaker,
      watch: this.#watch,
      roles: this.#roles,
      parts: this.parts,
      metrics: this.#metrics,
      monitoring: this.#monitoring,
      onStored: (progress) => this.#onStored(progress),
    });
  }

  #onStored(progress: MonitorProgress): void {
    this.#meter.rolledUp(progress);
    const { alerting } = this.#monitoring;
    alerting?.history.touch(progress.touched);
    this.#settled?.stored(progress.batches);
    this.#retry?.stored(progress.batches);
    if (progress.newest === null) return;
    this.#newest = Math.max(this.#newest ?? progress.newest, progress.newest);
    const versions = progress.batches.flatMap((batch) => batch.versions);
    alerting?.grid?.advance(versions.map(({ scored }) => Date.parse(scored.document.publishedAt)));
    announceDocuments(this.#hub, versions);
  }

  async #startServers(): Promise<void> {
    const { parts, options } = this;
    const http = await startHttp({
      ...options,
      parts,
      hub: this.#hub,
      outbox: this.#outbox,
      roles: this.#roles,
      metrics: this.#metrics,
      accept: (documents) => this.#intake.accept(documents),
      monitoring: this.#monitoring,
      operate: (operation, request) => this.operate(operation, request, this.#abort.signal),
      health: () => ({
        ...readiness(this.#ready, this.#breaker, [...this.#noRoom, ...this.#watch.reasons]),
        monitor: this.#roles.has('monitor') ? this.#monitoring.state : null,
        gaps: this.parts.gaps.known,
      }),
      status: () => this.#status(),
    });
    this.addresses = http.addresses;
    this.#closers.push(() => http.close());
    const control = await startControlServer(parts.folder.socket, this);
    this.#closers.push(async () => control.close());
  }

  #status(): ServiceStatus {
    const { world, parts } = this;
    return serviceStatus({
      world,
      now: this.options.clock.now(),
      newest: this.#newest,
      settled: this.#settled,
      model: parts.understanding.classifier.model,
      sources: this.sources.statuses(),
      recorded: this.#intake.statuses(),
      lag: this.#watch.behind,
      unanswered: this.#retry?.counts ?? null,
    });
  }

  /** A log that does not answer may hold anything. */
  async #isCaughtUp(): Promise<boolean> {
    const lag = await lagOrNull(this.#flow);
    if (lag !== null) this.#watch.lag(lag);
    return lag !== null && lag.understand + lag.monitor <= CAUGHT_UP_DOCUMENTS;
  }

  #requireFlow(): Flow {
    if (this.#flow === null) throw new ConfigError('not_started', 'The service has not started yet.');
    return this.#flow;
  }
}
