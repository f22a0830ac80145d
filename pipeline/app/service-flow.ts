import { setImmediate as nextTurn } from 'node:timers/promises';

import type { LogPosition } from '../core/document.js';
import { UnavailableError, type InvalidDocumentError, type Reason } from '../core/errors.js';
import { decodeScoredMessage, encodeScoredMessage, salvageScored } from '../log/codec.js';
import { createRepeatingFailure, type RepeatingFailure } from '../telemetry/repeating-failure.js';
import {
  understandBatch,
  type UnderstandBatch,
  type UnderstoodRecord,
} from '../operators/understand-batch.js';
import { passOnUnread } from '../operators/pass-on-unread.js';
import { createStoryAssigner } from '../operators/stories/assign-stories.js';
import type { RefuseDocument } from '../operators/leave-out-messages.js';
import type { Store } from '../storage/open-store.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { ModelEvent } from '../telemetry/model-metrics.js';
import type { MonitorProgress } from '../topology.js';
import { quietBackfillMs } from './backfill.js';
import type { FlowBreaker } from './breaker.js';
import { createCrashGuard } from './dead-letters-crash.js';
import { loadRules } from './expert-rules.js';
import { isCalm, startFlow, type Flow } from './flow.js';
import type { HealthWatch } from './health-watch.js';
import { servedModels } from './model-life/approved-model.js';
import { watchDrift } from './model-life/drift.js';
import { createShadowing, type Shadowing } from './model-life/shadowing.js';
import type { Monitoring } from './monitoring.js';
import type { OpenParts } from './parts.js';
import type { Roles } from './roles.js';
import type { ServiceOptions } from './service.js';
import { createModelSwitch, type SwitchModel } from './switch-model.js';
import { startUnderstandThread, type UnderstandThread } from './understand-thread.js';

export interface ServiceFlowOptions extends Pick<ServiceOptions, 'config' | 'clock' | 'logger'> {
  readonly parts: OpenParts;
  readonly roles: Roles;
  readonly metrics: Metrics;
  readonly breaker: FlowBreaker;
  readonly watch: Pick<HealthWatch, 'reading'>;
  readonly monitoring: Pick<Monitoring, 'activate' | 'deactivate' | 'state'>;
  readonly refuse: RefuseDocument;
  readonly onStored: (progress: MonitorProgress) => void;
}

/** The flow of a service, and what can be exchanged in it. */
export interface ServiceFlow extends Flow {
  /**
   * Null in a process that only takes documents in. The others all follow: what the monitor watches for drift and what the page
   * explains is the model that scores.
   */
  readonly switchModel: SwitchModel | null;
}

/** Starts the stages that this process has a role in, on its open parts. */
export async function startServiceFlow(options: ServiceFlowOptions): Promise<ServiceFlow> {
  const { parts, config, clock, logger, roles, metrics, breaker } = options;
  const failure = createRepeatingFailure({ sentence: 'A write has to wait.', logger, clock });
  const thread = roles.has('understand') ? startThread(options) : null;
  const crashes = createCrashGuard({
    log: parts.log,
    clock,
    encodeScored: encodeScoredMessage,
    onCondemned: (raw) => {
      logger.error('A message ended the process each time it was read; it is a dead letter now.', { ...raw });
    },
  });
  const understand = {
    understandBatch: crashes.understand(thread?.understand ?? understandHere(options)),
    onScored: (records: readonly UnderstoodRecord[], seconds: number) => {
      breaker.understood(records);
      metrics.batch('understand', records.length, seconds);
    },
  };
  const { store, understanding } = parts;
  const shadowing = store === null ? null : shadowingOf(store, options, () => isCalm(flow));
  const flow: Flow = await startFlow({
    log: breaker.guard(crashes.log),
    clock,
    credit: { maxMessages: config.log.maxUnfinishedDocuments, maxBytes: config.log.maxUnfinishedBytes },
    understand: roles.has('understand') ? understand : null,
    monitor: store !== null && roles.has('monitor') ? monitorOf(store, failure, options, shadowing) : null,
    onRetry: (error) => {
      failure.failed(error);
    },
  }).catch(async (error: unknown) => {
    await thread?.close();
    throw error;
  });
  const drift = startDriftWatch(options);
  const stop = async () => {
    thread?.stopTrying();
    await shadowing?.close();
    await flow.stop();
    await thread?.close();
    await crashes.ended();
    await drift.stop();
  };
  // Nothing waits for it, and what is wrong with it is logged.
  void shadowing?.follow(config.models);
  metrics.model(understanding.classifier.model);
  const switchTo = createModelSwitch({ ...options, understanding, thread, loadRules });
  const switchModel: SwitchModel = async (models, always) => {
    const switched = await switchTo(await servedModels(parts.folder.path, models), always);
    // A challenger may take its time to load; neither sources nor the model that serves wait for it.
    void shadowing?.follow(models);
    return switched;
  };
  return {
    ...breaker.guardFlow({
      ...flow,
      failed: firstFailure(flow, drift),
      stop,
    }),
    switchModel: roles.size === 1 && roles.has('ingest') ? null : switchModel,
  };
}

/** As that of the flow: whoever awaits it sees the error, and until somebody does it must not end the process as unhandled. */
function firstFailure(...parts: readonly Pick<Flow, 'failed'>[]): Promise<void> {
  const failed = Promise.all(parts.map((part) => part.failed)).then(() => undefined);
  failed.catch(() => undefined);
  return failed;
}

/** The active monitor watches what comes for drift. */
function startDriftWatch(options: ServiceFlowOptions): Pick<Flow, 'failed' | 'stop'> {
  const { parts, roles, monitoring } = options;
  const { store, understanding } = parts;
  const ended = new AbortController();
  const { signal } = ended;
  const failed =
    store === null || !roles.has('monitor') || parts.world === 'replay'
      ? Promise.resolve()
      : watchDrift({
          ...options,
          store,
          model: () => understanding.classifier.model,
          active: () => monitoring.state === 'active',
          signal,
        });
  return {
    failed,
    async stop() {
      ended.abort();
      // Its failure has reached `failed` already.
      await failed.catch(() => undefined);
    },
  };
}

/** Only a monitor has documents that are stored, and may write what a challenger says of them; null elsewhere. */
function shadowingOf(
  store: Store,
  { parts, roles, clock, logger, metrics }: ServiceFlowOptions,
  calm: () => Promise<boolean>,
): Shadowing | null {
  if (!roles.has('monitor')) return null;
  const { path: dataDir } = parts.folder;
  return createShadowing({ dataDir, store: store.shadow, calm, clock, logger, metrics });
}

function monitorOf(
  store: Store,
  writing: RepeatingFailure,
  options: ServiceFlowOptions,
  shadowing: Pick<Shadowing, 'offer'> | null,
) {
  const { parts, config, metrics, monitoring, breaker } = options;
  const foreign = createForeignWriter(options);
  let refused = 0;
  return {
    store,
    weigh: parts.understanding.weigh,
    stories: createStoryAssigner(store),
    virtualClock: parts.world === 'replay',
    quietBackfillMs: quietBackfillMs(config),
    refuse: options.refuse,
    decodeScored: decodeScoredMessage,
    salvageScored,
    onPassedOver: foreign.passedOver,
    onAssigned: () => monitoring.activate(),
    onRevoked: () => monitoring.deactivate(),
    onStored: (progress: MonitorProgress) => {
      writing.succeeded();
      foreign.stored();
      metrics.batch('monitor', progress.messages, progress.seconds);
      breaker.stored(progress.messages, store.unstorable() - refused + unreadIn(progress));
      refused = store.unstorable();
      options.onStored(progress);
      countForeign(progress, metrics);
      shadowing?.offer(progress.batches.flatMap(({ versions }) => versions));
    },
  };
}

/** Counts what is passed over in `documents.scored`, and logs when it begins and when it has ended. */
function createForeignWriter({ metrics, logger, clock }: ServiceFlowOptions) {
  const sentence =
    'Something else than this service writes to documents.scored; its messages are passed over.';
  const failure = createRepeatingFailure({ sentence, logger, clock });
  let since = 0;
  return {
    passedOver: (place: LogPosition, error: InvalidDocumentError) => {
      since += 1;
      metrics.passedOver();
      failure.failed(error, { ...place });
    },
    stored: () => {
      if (since === 0) failure.succeeded();
      since = 0;
    },
  };
}

/** By its language a text was judged: what is not Chinese was read as English. */
function countForeign({ batches }: MonitorProgress, metrics: Pick<Metrics, 'foreign'>): void {
  const foreign = batches
    .flatMap(({ versions }) => versions)
    .filter(({ scored }) => scored.flags.includes('foreign'));
  const chinese = foreign.filter(({ scored }) => scored.language.startsWith('zh')).length;
  metrics.foreign('zh', chinese);
  metrics.foreign('en', foreign.length - chinese);
}

/** Letters that the monitor wrote because it could not read what UNDERSTAND made. */
function unreadIn({ batches }: MonitorProgress): number {
  return batches.flatMap(({ deadLetters }) => deadLetters).filter(({ letter }) => letter.stage === 'monitor')
    .length;
}

function startThread(options: ServiceFlowOptions): UnderstandThread | null {
  const { parts, config, clock, logger, metrics } = options;
  const { decode, classifier } = parts.understanding;
  return startUnderstandThread(
    {
      world: parts.world,
      models: parts.models,
      // Not read anew: a thread that is started again must not score by other rules than the service says.
      rules: parts.understanding.rules.rules,
      languages: config.languages,
      instrumentFiles: config.instruments.files,
    },
    {
      passOn: (message) =>
        passOnUnread(message, {
          decode,
          model: classifier.model,
          encodeScored: encodeScoredMessage,
          now: () => clock.now(),
        }),
      onRestart: (reason) => {
        metrics.understandRestart(reason);
        logger.warn('The thread that reads texts was started again.', { reason });
      },
      onStartFailed: tellStartFailures(options),
      onObserved: (event) => {
        metrics.modelEvent(event);
        tellModelEvent(event, logger);
      },
      onPassedOn: (raw) => {
        logger.error('A document ended the reading of texts each time; it is stored unclassified.', {
          ...raw,
        });
      },
    },
  );
}

/** For a thread that shall take the place of a lost one: in the log when it begins, changes and ends, and in `/readyz` meanwhile. */
function tellStartFailures({ watch, logger, clock }: ServiceFlowOptions): (problem: Reason | null) => void {
  const sentence = 'The thread that reads texts cannot be started again.';
  const failure = createRepeatingFailure({ sentence, logger, clock });
  return (problem) => {
    watch.reading(problem);
    if (problem === null) failure.succeeded();
    else failure.failed(new UnavailableError(problem.code, problem.message, { retriable: true }));
  };
}

function tellModelEvent(event: ModelEvent, logger: ServiceFlowOptions['logger']): void {
  if (event.kind === 'restarted') {
    const { reason, message } = event;
    logger.warn('A thread of the encoder was started again; the texts it had are unclassified.', {
      reason,
      message,
    });
  }
  if (event.kind === 'start_failed') {
    const { problem } = event;
    if (problem === null) logger.info('A thread of the encoder that could not be started serves again.');
    else logger.warn('A thread of the encoder cannot be started; it is tried again.', { problem });
  }
  if (event.kind === 'remote') {
    const { host, problem } = event;
    if (problem === null) logger.info('A host that classifies for this service answers again.', { host });
    else logger.warn('A host that classifies for this service does not answer.', { host, problem });
  }
  if (event.kind === 'device') {
    const { wanted, used, reason } = event;
    if (reason === null) logger.info('The encoder runs on this device.', { wanted, used });
    else logger.warn('The encoder does not run on the device that is wanted.', { wanted, used, reason });
  }
  if (event.kind === 'separated') {
    const { difference } = event;
    logger.warn('Scores of this model depend on the batch: every text runs alone, which is slow.', {
      difference,
    });
  }
}

/** In this thread; the event loop gets its turn before each batch. */
function understandHere({ parts, clock }: ServiceFlowOptions): UnderstandBatch {
  const deps = { ...parts.understanding, encodeScored: encodeScoredMessage, now: () => clock.now() };
  return async (messages) => {
    await nextTurn();
    return understandBatch(messages, deps);
  };
}
