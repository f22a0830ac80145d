import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { ALERT_EVENT_TYPES, type AlertEventType } from '../core/alert.js';
import { OUTCOMES, type OutcomeKind } from '../core/store.js';
import { REJECT_REASONS, type RejectReason } from './reject-reason.js';
import { createCostMetrics, type CostMetrics } from './cost-metrics.js';
import { createModelMetrics, type ModelMetrics } from './model-metrics.js';
import { createSourceMetrics, type SourceMetrics } from './source-metrics.js';

export const SOURCE_TYPES = [
  'rss',
  'webhook',
  'replay',
  'demo',
  'backfill',
  'retry',
  'kafka',
  'push',
  'http',
  'edgar',
  'files',
  'eml',
  'jetstream',
  'mastodon',
  'reddit',
  'stocktwits',
  'x',
  'websocket',
] as const;
export type SourceType = (typeof SOURCE_TYPES)[number];

/** The parts that processes of an installation do. */
export type RoleLabel = 'ingest' | 'understand' | 'monitor' | 'api';

export const MAIL_RESULTS = ['sent', 'failed'] as const;
export type MailResult = (typeof MAIL_RESULTS)[number];

export const MEASURED_STAGES = ['understand', 'monitor'] as const;
export type MeasuredStage = (typeof MEASURED_STAGES)[number];

/** How far a document has come: found by its id, counted in its windows, looked at by detection. */
export const LATENCY_STAGES = ['stored', 'rolled_up', 'evaluated'] as const;
export type LatencyStage = (typeof LATENCY_STAGES)[number];
/** From when it is measured: what the publisher says, or our edge. */
export const LATENCY_ORIGINS = ['published', 'received'] as const;
export type LatencyOrigin = (typeof LATENCY_ORIGINS)[number];

/** Where messages can be gone before they were read; `source` is any topic of somebody else. */
export const GAP_TOPICS = ['documents.raw', 'documents.scored', 'source'] as const;
export type GapTopic = (typeof GAP_TOPICS)[number];

const BATCH_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500];
const STAGE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Up to a day: feeds are looked at every few minutes, and some publish late. */
const LATENCY_SECONDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400];
const QUERYABLE_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600];

/** The numbers that the service says about itself. Every label comes from a closed set or from the configuration. */
export interface Metrics extends SourceMetrics, ModelMetrics, CostMetrics {
  readonly registry: Registry;
  /** What this process does. */
  role(role: RoleLabel): void;
  accepted(source: SourceType, documents: number): void;
  rejected(source: SourceType, reason: RejectReason, documents?: number): void;
  /** What became of accepted messages; counted once each, when it is durable. */
  outcome(kind: OutcomeKind, documents: number): void;
  /** One finished batch of a stage. */
  batch(stage: MeasuredStage, documents: number, seconds: number): void;
  /** From acceptance at our edge to being visible in queries; for live worlds only. */
  queryable(seconds: number): void;
  /** How old a live document was when it came so far. */
  latency(stage: LatencyStage, since: LatencyOrigin, seconds: number): void;
  /** Stored more than a day after their publication; for live worlds only. */
  late(documents: number): void;
  /** The thread that reads texts was started again. */
  understandRestart(reason: 'hang' | 'crash'): void;
  lag(topic: string, group: string, documents: number): void;
  /** Messages that were gone before they were read, and when that was found; seconds since the epoch. */
  logGap(topic: GapTopic, messages: number, atSeconds: number): void;
  /** A message of `documents.scored` that nobody can read was passed over. */
  passedOver(): void;
  /** Partitions of the log went to another member, or came from one. */
  rebalanced(): void;
  alertEvent(type: AlertEventType): void;
  mail(result: MailResult): void;
  /** Whether the circuit breaker has stopped the flow. */
  breaker(open: boolean): void;
  /** Whether this process is the active monitor. */
  monitorActive(active: boolean): void;
  /** Detection has looked at everything stored; seconds since the epoch. */
  evaluated(atSeconds: number): void;
  diskFree(bytes: number): void;
  /** Whether this process is ready, as `/readyz` says. */
  ready(is: boolean): void;
  /** The log took nothing of a delivery: its sender was told, or the source tries again. */
  appendRefused(): void;
  /** Begins to watch the process (event loop, memory, collector); called once, when starting is over. */
  observeProcess(): void;
  /** The exposition text for `/metrics`. */
  text(): Promise<string>;
}

/**
 * Builds a registry of its own; nothing is global.
 *
 * After `observeProcess` the default metrics of the process are in it, so that loading is not taken for a slow service: `nodejs_eventloop_lag_p99_seconds` is measured between two scrapes,
 * `process_resident_memory_bytes` at the scrape.
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const defined = defineMetrics(registry);
  beginAtZero(defined);
  const {
    accepted,
    rejected,
    outcomes,
    batchSize,
    stageTime,
    visible,
    late,
    alertEvents,
    breakerOpen,
    evaluatedAt,
    mails,
  } = defined;
  return {
    registry,
    accepted: (source_type, documents) => accepted.inc({ source_type }, documents),
    rejected: (source_type, reason, documents = 1) => rejected.inc({ source_type, reason }, documents),
    outcome: (outcome, documents) => outcomes.inc({ outcome }, documents),
    batch(stage, documents, seconds) {
      batchSize.observe({ stage }, documents);
      stageTime.observe({ stage }, seconds);
    },
    latency: (stage, since, seconds) => {
      defined.latency.observe({ stage, since }, Math.max(0, seconds));
    },
    late: (documents) => late.inc(documents),
    understandRestart: (reason) => defined.understandRestarts.inc({ reason }),
    queryable: (seconds) => visible.observe(Math.max(0, seconds)),
    ...logMetrics(defined),
    ...processMetrics(defined),
    ...createSourceMetrics(registry),
    ...createModelMetrics(registry),
    ...createCostMetrics(registry),
    alertEvent: (type) => alertEvents.inc({ type }),
    mail: (result) => mails.inc({ result }),
    breaker: (open) => {
      breakerOpen.set(open ? 1 : 0);
    },
    evaluated: (atSeconds) => {
      evaluatedAt.set(atSeconds);
    },
    observeProcess: () => {
      collectDefaultMetrics({ register: registry });
    },
    text: () => registry.metrics(),
  };
}

function processMetrics({
  roles,
  active,
  free,
  ready,
  refusedAppends,
}: ReturnType<typeof defineMetrics>): Pick<
  Metrics,
  'role' | 'monitorActive' | 'diskFree' | 'ready' | 'appendRefused'
> {
  return {
    role: (role) => {
      roles.set({ role }, 1);
    },
    monitorActive: (is) => {
      active.set(is ? 1 : 0);
    },
    diskFree: (bytes) => {
      free.set(bytes);
    },
    ready: (is) => {
      ready.set(is ? 1 : 0);
    },
    appendRefused: () => {
      refusedAppends.inc();
    },
  };
}

function logMetrics({
  lag,
  gaps,
  gapAt,
  passedOver,
  rebalances,
}: ReturnType<typeof defineMetrics>): Pick<Metrics, 'lag' | 'logGap' | 'passedOver' | 'rebalanced'> {
  return {
    lag: (topic, group, documents) => {
      lag.set({ topic, group }, documents);
    },
    logGap(topic, messages, atSeconds) {
      gaps.inc({ topic }, messages);
      gapAt.set({ topic }, atSeconds);
    },
    passedOver: () => {
      passedOver.inc();
    },
    rebalanced: () => {
      rebalances.inc();
    },
  };
}

/** A series that appears with its first event never grows by it: a rule would miss the first of each kind. */
function beginAtZero(defined: ReturnType<typeof defineMetrics>): void {
  const { accepted, rejected, outcomes, alertEvents, mails, gaps, latency } = defined;
  for (const source_type of SOURCE_TYPES) {
    accepted.inc({ source_type }, 0);
    for (const reason of REJECT_REASONS) rejected.inc({ source_type, reason }, 0);
  }
  for (const outcome of OUTCOMES) outcomes.inc({ outcome }, 0);
  for (const type of ALERT_EVENT_TYPES) alertEvents.inc({ type }, 0);
  for (const result of MAIL_RESULTS) mails.inc({ result }, 0);
  for (const stage of LATENCY_STAGES) for (const since of LATENCY_ORIGINS) latency.zero({ stage, since });
  for (const topic of GAP_TOPICS) gaps.inc({ topic }, 0);
}

/** Every metric, by what it is called here. */
function defineMetrics(registry: Registry) {
  const { counter, gauge, histogram } = builders(registry);
  return {
    roles: gauge('role', '1 for each part that this process does.', ['role']),
    accepted: counter('accepted_documents_total', 'Documents made durable at the edge.', ['source_type']),
    rejected: counter('rejected_documents_total', 'Documents refused at the edge.', [
      'source_type',
      'reason',
    ]),
    outcomes: counter('outcome_documents_total', 'What became of accepted documents.', ['outcome']),
    batchSize: histogram('batch_documents', 'Documents in a batch.', ['stage'], BATCH_BUCKETS),
    stageTime: histogram('stage_seconds', 'Time a batch took in a stage.', ['stage'], STAGE_SECONDS),
    visible: histogram(
      'accepted_to_queryable_seconds',
      'From acceptance to visible in queries.',
      [],
      QUERYABLE_SECONDS,
    ),
    latency: histogram(
      'latency_seconds',
      'Age of live documents when they were stored, rolled up, evaluated.',
      ['stage', 'since'],
      LATENCY_SECONDS,
    ),
    late: counter('late_documents_total', 'Documents stored more than a day after their publication.', []),
    lag: gauge('lag_documents', 'Messages appended and not yet done by a group.', ['topic', 'group']),
    understandRestarts: counter(
      'understand_restarts_total',
      'Starts of the thread that reads texts after a hang or a crash.',
      ['reason'],
    ),
    gaps: counter('log_gap_messages_total', 'Messages gone before they were read.', ['topic']),
    gapAt: gauge('log_gap_timestamp_seconds', 'When a gap was found last.', ['topic']),
    passedOver: counter(
      'passed_over_messages_total',
      'Messages of documents.scored that nobody can read.',
      [],
    ),
    rebalances: counter('log_rebalances_total', 'Changes in who reads which partition.', []),
    alertEvents: counter('alert_events_total', 'Changes in the life of alerts.', ['type']),
    breakerOpen: gauge('breaker_open', '1 while a flood of dead letters has stopped the flow.', []),
    active: gauge('monitor_active', '1 in the process that stores and detects.', []),
    evaluatedAt: gauge('evaluated_timestamp_seconds', 'When detection looked last.', []),
    ready: gauge('ready', '1 while /readyz answers 200.', []),
    refusedAppends: counter(
      'refused_appends_total',
      'Deliveries of which the log took nothing; senders are told, sources try again.',
      [],
    ),
    free: gauge('data_free_bytes', 'Free on the disk of the data folder.', []),
    mails: counter('mails_total', 'Mails by result.', ['result']),
  };
}

function builders(registry: Registry) {
  const registers = [registry];
  return {
    counter: (name: string, help: string, labelNames: readonly string[]) =>
      new Counter({ name: `bellwether_${name}`, help, labelNames: [...labelNames], registers }),
    gauge: (name: string, help: string, labelNames: readonly string[]) =>
      new Gauge({ name: `bellwether_${name}`, help, labelNames: [...labelNames], registers }),
    histogram: (name: string, help: string, labelNames: readonly string[], buckets: number[]) =>
      new Histogram({ name: `bellwether_${name}`, help, labelNames: [...labelNames], buckets, registers }),
  };
}
