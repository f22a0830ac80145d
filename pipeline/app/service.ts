import { setMaxListeners } from 'node:events';
import type { FastifyInstance } from 'fastify';

import type { Config } from '../../config/schema.js';
import { createLiveHub, toLiveDocument, type LiveHub } from '../../dashboards/api/live-hub.js';
import type { ServiceStatus } from '../../dashboards/api/ports.js';
import type { RejectedItem } from '../../ingest/source.js';
import { createReplaySource } from '../../ingest/sources/replay.js';
import type { AlertEvent } from '../core/alert.js';
import type { Clock } from '../core/clock.js';
import type { World } from '../core/document.js';
import { CancelledError, ConfigError } from '../core/errors.js';
import { decodeScoredMessage, encodeScoredMessage } from '../log/codec.js';
import type { Logger } from '../telemetry/logger.js';
import { createMetrics, type Metrics } from '../telemetry/metrics.js';
import { createRepeatingFailure } from '../telemetry/repeating-failure.js';
import type { MonitorProgress } from '../topology.js';
import { createAlerting, type Alerting } from './alerting.js';
import { startControlServer } from './control-server.js';
import { startFlow, type Flow, type Lag } from './flow.js';
import { keepHouse } from './housekeeping.js';
import { createIntake, type Intake } from './intake.js';
import { openParts, type Parts } from './parts.js';
import type { Operation, OperationContext } from './operations/operation.js';
import { authorKeyOf, createSources } from './create-sources.js';
import { startHttp, type HttpAddresses } from './start-http.js';
import { version } from './version.js';

export interface ServiceOptions {
  readonly config: Config;
  readonly dataDir: string;
  readonly world: World | null;
  readonly clock: Clock;
  readonly logger: Logger;
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
  stop(): Promise<void>;
}

/** Documents of one progress that are announced to open pages; a busy stream is summarised, not scrolled. */
const ANNOUNCED_DOCUMENTS = 25;
/** Live documents are expected within this time of their publication; until then the newest windows are provisional. */
const LATENESS_MS = 60_000;
/** With more than this on its way, the present is not complete enough to be judged. */
const CAUGHT_UP_DOCUMENTS = 2_000;

/** Opens everything in order, starts the stages, detection, the sources and the servers. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const parts = await openParts(options);
  const service = new RunningService(options, parts);
  try {
    await service.start();
    return service;
  } catch (error) {
    await service.stop().catch(() => undefined);
    throw error;
  }
}

class RunningService implements Service {
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
  #flow: Flow | null = null;
  #alerting: Alerting | null = null;
  #lag: Lag = { understand: 0, monitor: 0 };
  #newest: number | null = null;
  #ready = false;
  #stopped: Promise<void> | null = null;

  constructor(
    readonly options: ServiceOptions,
    readonly parts: Parts,
  ) {
    const { clock, logger } = options;
    this.world = parts.world;
    this.dataDir = parts.folder.path;
    this.#startedAt = clock.now();
    // Every feed listens to it, for its pause and its request: more than ten are no leak.
    setMaxListeners(0, this.#abort.signal);
    this.#hub = createLiveHub({ startedAt: this.#startedAt });
    this.#intake = createIntake({ log: parts.log, clock, logger, metrics: this.#metrics });
  }

  async start(): Promise<void> {
    const { parts, options } = this;
    const { config, clock, logger } = options;
    this.#newest = (await parts.store.extent())?.to ?? null;
    const alerting = await createAlerting({
      parts,
      config,
      clock,
      metrics: this.#metrics,
      logger,
      // A port that happened to be free is gone tomorrow: no link is better than a dead one.
      publicUrl: () => config.http.publicUrl ?? (config.http.port === 0 ? null : this.addresses.page),
      caughtUp: async () => this.#isCaughtUp(await this.#requireFlow().lag()),
      onEvents: (events) => {
        this.#announce(events);
      },
    });
    this.#alerting = alerting;
    const flow = await this.#startFlow(alerting);
    this.#flow = flow;
    // The address must be known before the first mail is written.
    await this.#startServers();
    const background = [
      flow.failed,
      alerting.surveillance.run(this.#abort.signal),
      keepHouse({
        flow,
        log: parts.log,
        statuses: () => this.#intake.statuses(),
        metrics: this.#metrics,
        clock,
        signal: this.#abort.signal,
        onLag: (lag) => {
          this.#lag = lag;
        },
      }),
      ...createSources({ config, parts, clock, logger, metrics: this.#metrics }).map(({ type, source }) =>
        this.#intake.run(type, source, this.#abort.signal),
      ),
    ];
    this.failed = Promise.all(background).then(() => undefined);
    this.failed.catch(() => undefined);
    this.#metrics.observeProcess();
    this.#ready = true;
  }

  async replay(request: ReplayRequest, signal: AbortSignal): Promise<ReplayResult> {
    if (this.world !== 'replay') {
      throw new ConfigError(
        'world_mismatch',
        `The data folder ${this.dataDir} holds the ${this.world} world; recorded files go into a replay world. Give another folder with --data.`,
      );
    }
    const problems: RejectedItem[] = [];
    const { clock, config } = this.options;
    const source = createReplaySource({
      files: request.files,
      speed: request.speed,
      readCursor: (name) => this.parts.log.readCursor(name),
      clock,
      virtualClock: true,
      onRejected: (item) => {
        if (problems.length < 20) problems.push(item);
        this.#metrics.rejected('replay', 'invalid');
      },
      ...authorKeyOf(config),
    });
    const both = AbortSignal.any([signal, this.#abort.signal]);
    await this.#intake.runToEnd('replay', source, both);
    await this.#settle(both);
    const { delivered, rejected } = source.status();
    return { delivered, rejected, problems };
  }

  operate<Request, Answer>(
    operation: Operation<Request, Answer>,
    request: Request,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { config, clock, logger } = this.options;
    const context: OperationContext = {
      config,
      clock,
      logger,
      parts: this.parts,
      flow: this.#requireFlow(),
      intake: this.#intake,
      metrics: this.#metrics,
    };
    return operation.run(request, context, AbortSignal.any([signal, this.#abort.signal]));
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
    await attempt(async () => this.#alerting?.store.flush());
    await attempt(() => this.parts.close());
    if (errors.length > 0) throw errors[0];
  }

  async #settle(signal: AbortSignal): Promise<void> {
    await this.#requireFlow().drained(signal);
    if (!signal.aborted) await Promise.race([this.#alerting?.grid?.settled(), this.failed]);
  }

  #startFlow(alerting: Alerting): Promise<Flow> {
    const { parts, options } = this;
    const { clock, config, logger } = options;
    const failure = createRepeatingFailure({ sentence: 'A write has to wait.', logger, clock });
    return startFlow({
      log: parts.log,
      clock,
      credit: { maxMessages: config.log.maxUnfinishedDocuments, maxBytes: config.log.maxUnfinishedBytes },
      understand: {
        ...parts.understanding,
        encodeScored: encodeScoredMessage,
        onScored: (messages, seconds) => {
          this.#metrics.batch('understand', messages.length, seconds);
        },
      },
      monitor: {
        store: parts.store,
        weigh: parts.understanding.weigh,
        virtualClock: this.world === 'replay',
        decodeScored: decodeScoredMessage,
        onStored: (progress) => {
          failure.succeeded();
          this.#metrics.batch('monitor', progress.messages, progress.seconds);
          this.#onStored(progress, alerting);
        },
      },
      onRetry: (error) => {
        failure.failed(error);
      },
    });
  }

  #onStored(progress: MonitorProgress, alerting: Alerting): void {
    const now = this.options.clock.now();
    for (const { receipts, versions } of progress.batches) {
      for (const { outcome } of receipts) this.#metrics.outcome(outcome, 1);
      for (const { scored } of versions) {
        const acceptedAt = Date.parse(scored.document.receivedAt);
        // Recorded history was received in its own time; what it took to get here says nothing.
        if (acceptedAt >= this.#startedAt) this.#metrics.queryable((now - acceptedAt) / 1_000);
      }
    }
    alerting.history.touch(progress.touched);
    if (progress.newest === null) return;
    this.#newest = Math.max(this.#newest ?? progress.newest, progress.newest);
    alerting.grid?.advance(progress.newest);
    const versions = progress.batches.flatMap((batch) => batch.versions);
    const documents = versions.slice(-ANNOUNCED_DOCUMENTS).map(toLiveDocument);
    if (documents.length > 0) this.#hub.publish({ type: 'documents', documents });
  }

  #announce(events: readonly AlertEvent[]): void {
    for (const event of events) {
      this.#hub.publish({ type: 'alert', alert: event.alert });
      if (event.type === 'mailed') this.#announceMails().catch(() => undefined);
    }
  }

  async #announceMails(): Promise<void> {
    const [mail] = (await this.#alerting?.outbox.list(1)) ?? [];
    if (mail !== undefined) this.#hub.publish({ type: 'mail', mail });
  }

  async #startServers(): Promise<void> {
    const { parts, options } = this;
    const http = await startHttp({
      parts,
      config: options.config,
      clock: options.clock,
      hub: this.#hub,
      outbox: this.#requireAlerting().outbox,
      metrics: this.#metrics,
      accept: (documents) => this.#intake.accept(documents),
      health: () => ({
        ready: this.#ready,
        reasons: this.#ready ? [] : ['The service is starting or stopping.'],
      }),
      status: () => this.#status(),
    });
    this.addresses = http.addresses;
    this.#closers.push(() => http.close());
    const control: FastifyInstance = await startControlServer(parts.folder.socket, this);
    this.#closers.push(async () => control.close());
  }

  #status(): ServiceStatus {
    const now =
      this.world === 'replay' ? (this.#newest ?? this.options.clock.now()) : this.options.clock.now();
    return {
      world: this.world,
      now,
      watermark: this.world === 'replay' ? this.#newest : now - LATENESS_MS,
      newestDocumentAt: this.#newest,
      model: this.parts.understanding.classifier.model,
      sources: this.#intake.statuses(),
      version: version(),
      lagDocuments: this.#lag.understand + this.#lag.monitor,
    };
  }

  #isCaughtUp(lag: Lag): boolean {
    this.#lag = lag;
    return lag.understand + lag.monitor <= CAUGHT_UP_DOCUMENTS;
  }

  #requireFlow(): Flow {
    if (this.#flow === null) throw new ConfigError('not_started', 'The service has not started yet.');
    return this.#flow;
  }

  #requireAlerting(): Alerting {
    if (this.#alerting === null) throw new ConfigError('not_started', 'The service has not started yet.');
    return this.#alerting;
  }
}
