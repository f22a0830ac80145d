import { createAlertEngine } from '../../alerts/engine.js';
import type { Outbox } from '../../alerts/notifiers/outbox.js';
import { deliverAlerts, rewriteMail } from '../../alerts/stages/deliver.js';
import type { Config } from '../../config/schema.js';
import type { Alert, AlertEvent } from '../core/alert.js';
import type { Clock } from '../core/clock.js';
import type { AlertStore } from '../core/store.js';
import { MARKET_SERIES } from '../core/series.js';
import { createTurns, type InTurn } from '../core/turns.js';
import { createWatermark, type Watermark } from '../core/watermark.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { createRepeatingFailure } from '../telemetry/repeating-failure.js';
import type { AlertStoreCache } from './alert-store-cache.js';
import { createAlertStoreCache } from './alert-store-cache.js';
import { effectiveRules } from './effective-rules.js';
import { createHistoryCache, type HistoryCache } from './history-cache.js';
import { describeSeries } from './instrument-directory.js';
import { loadStoryFacts } from './story-facts.js';
import type { Parts } from './parts.js';
import {
  createClockSurveillance,
  createGridSurveillance,
  type GridSurveillance,
  type Surveillance,
  type SurveillanceOptions,
} from './surveillance.js';

export interface Alerting {
  readonly surveillance: Surveillance;
  /** Null outside the replay world. */
  readonly grid: GridSurveillance | null;
  readonly history: HistoryCache;
  readonly store: AlertStoreCache;
  /** Runs the work while no evaluation and no delivery is under way; stored events are read again after it. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Writes the mail of an alert again, to those it went to; false when there is none. */
  rewriteMail(alert: Alert): Promise<boolean>;
}

export interface AlertingOptions {
  readonly parts: Parts;
  readonly config: Config;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly outbox: Outbox;
  /** Hears of failures that detection waits for; without one they are only waited for. */
  readonly logger?: Logger;
  readonly publicUrl: () => string | null;
  /** Whether what was accepted is stored, so that the present can be judged. */
  readonly caughtUp: () => Promise<boolean>;
  readonly onEvents: (events: readonly AlertEvent[]) => void;
  /** Told of each evaluation that is over, mails included, with the time as of which it looked. */
  readonly onEvaluated?: (from: number) => void;
}

/** Builds detection and mail over a store: on virtual time in the replay world, on the wall clock elsewhere. */
export async function createAlerting(options: AlertingOptions): Promise<Alerting> {
  const { parts, config, metrics, clock, logger, outbox } = options;
  const sentence = 'Detection or its mails have to wait.';
  const failure = logger === undefined ? null : createRepeatingFailure({ sentence, logger, clock });
  const store = createAlertStoreCache(parts.store);
  const history = createHistoryCache(parts.store);
  const engine = createAlertEngine({
    rules: config.alerts.enabled ? effectiveRules(config.alerts.rules) : [],
    history,
    store: parts.world === 'replay' ? store : followingClock(store, clock),
    describeSeries: (series) => describeSeries(parts.understanding.linker, series),
    tellEvidence: parts.understanding.tellEvidence,
    model: () => parts.understanding.classifier.model,
  });
  const tell = (events: readonly AlertEvent[]) => {
    for (const event of events) metrics.alertEvent(event.type);
    options.onEvents(events);
  };
  const inTurn = createTurns();
  const mailDeps = () => mailDepsOf(options, { store, history });
  const surveillanceOptions: SurveillanceOptions = {
    engine: { evaluateAt: (now) => inTurn(() => engine.evaluateAt(now)) },
    clock,
    deliver: async () => {
      const sent = await inTurn(() => deliverAlerts(mailDeps())).catch((error: unknown) => {
        metrics.mail('failed');
        throw error;
      });
      for (const { type } of sent) if (type === 'mailed') metrics.mail('sent');
      tell(sent);
    },
    readEvaluatedUntil: () => store.readEvaluatedUntil(),
    firstDocumentAt: () => history.firstDocumentAt(),
    onEvents: tell,
    onEvaluated: (from) => {
      options.onEvaluated?.(from);
      metrics.evaluated(clock.now() / 1_000);
      failure?.succeeded();
    },
    onRetry: (error) => failure?.failed(error),
  };
  const shared = { history, store, ...redactionOf({ store, outbox, inTurn, mailDeps }) };
  if (parts.world === 'replay') {
    const grid = createGridSurveillance(surveillanceOptions, await restoreWatermark(parts));
    return { surveillance: grid, grid, ...shared };
  }
  const everyMs = config.alerts.evaluateEverySeconds * 1_000;
  const surveillance = createClockSurveillance(surveillanceOptions, everyMs, options.caughtUp);
  return { surveillance, grid: null, ...shared };
}

type MailDeps = Parameters<typeof deliverAlerts>[0];

function mailDepsOf(
  { publicUrl, config, outbox, parts, clock }: AlertingOptions,
  caches: Pick<Alerting, 'store' | 'history'>,
): MailDeps {
  const url = publicUrl();
  const { from, to, language } = config.mail;
  const alertUrl = url === null ? null : (alertId: string) => `${url}/?alert=${alertId}`;
  const now = () => clock.now();
  const storyOf = (documentId: string, asOf: number) => loadStoryFacts(parts.store, documentId, asOf);
  return { ...caches, outbox, from, to, language, world: parts.world, now, alertUrl, storyOf };
}

/** What an erasure needs: events and mails change only between two evaluations. */
function redactionOf(deps: {
  readonly store: AlertStoreCache;
  readonly outbox: Outbox;
  readonly inTurn: InTurn;
  readonly mailDeps: () => MailDeps;
}): Pick<Alerting, 'exclusively' | 'rewriteMail'> {
  const { store, outbox, inTurn, mailDeps } = deps;
  return {
    exclusively: <T>(work: () => Promise<T>) =>
      inTurn(async () => {
        try {
          return await work();
        } finally {
          store.forget();
        }
      }),
    async rewriteMail(alert) {
      const mail = await outbox.read(`${alert.id}-1`);
      if (mail !== null) await rewriteMail({ ...mailDeps(), to: mail.to }, alert);
      return mail !== null;
    },
  };
}

/**
 * On the wall clock: a position ahead of it was taken while the clock was wrong. Detection goes on from now, instead of
 * standing still until the clock is there again; what is open is known by its events, so that nothing fires twice.
 */
function followingClock(store: AlertStore, clock: Pick<Clock, 'now'>): AlertStore {
  return {
    ...store,
    async readEvaluatedUntil() {
      const until = await store.readEvaluatedUntil();
      return until === null || until > clock.now() ? null : until;
    },
  };
}

/** More than enough to see past rows that are dated far ahead. */
const NEWEST_DOCUMENTS = 200;
const LATEST_MS = Date.UTC(2100, 0, 1);

/** Where the watermark stood: at the last evaluation, or at what was stored after it. */
async function restoreWatermark({ store }: Parts): Promise<Watermark> {
  const watermark = createWatermark(await store.readEvaluatedUntil());
  const { items } = await store.documents({
    series: MARKET_SERIES,
    topic: null,
    from: 0,
    to: LATEST_MS,
    asOf: null,
    minRelevance: 0,
    order: 'newest',
    limit: NEWEST_DOCUMENTS,
    cursor: null,
  });
  watermark.add(items.map(({ publishedAt }) => Date.parse(publishedAt)));
  return watermark;
}
