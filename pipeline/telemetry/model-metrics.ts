import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import type { ModelVersion } from '../core/scored.js';
import { createModelLifeMetrics, type ModelLifeMetrics } from './model-life-metrics.js';

const DEVICES = ['cpu', 'webgpu', 'cuda', 'tfjs', 'tfjs-gpu'] as const;

/** What the threads of an encoder say about their work. */
export type ModelEvent =
  /** Another model serves from now on, or the same one anew: what was said of devices and hosts is over. */
  | { readonly kind: 'serves' }
  /** So many texts ran together for `seconds`; the oldest of them had waited `waitedSeconds`. */
  | {
      readonly kind: 'batch';
      readonly texts: number;
      readonly seconds: number;
      readonly waitedSeconds: number;
    }
  | { readonly kind: 'cache_hits'; readonly texts: number }
  | { readonly kind: 'restarted'; readonly reason: 'hang' | 'crash'; readonly message: string }
  /** A thread of the encoder cannot be started again, or serves again (null). */
  | { readonly kind: 'start_failed'; readonly problem: string | null }
  /** Scores depend on the batch by so much, so that every text runs alone. */
  | { readonly kind: 'separated'; readonly difference: number }
  /** A host that classifies for this installation was lost, or is back (null). */
  | { readonly kind: 'remote'; readonly host: string; readonly problem: string | null }
  /** Where the encoder runs from now on, and why it is not where it was wanted. */
  | {
      readonly kind: 'device';
      readonly wanted: (typeof DEVICES)[number] | 'auto';
      readonly used: (typeof DEVICES)[number];
      readonly reason: string | null;
    };

export interface ModelMetrics extends ModelLifeMetrics {
  /** The model that serves from now on. */
  model(model: ModelVersion): void;
  modelEvent(event: ModelEvent): void;
  /** Documents that the model left unanswered: those that are asked about again, and those given up. */
  unanswered(documents: { readonly waiting: number; readonly givenUp: number }): void;
  /** What came of asking again. */
  retried(outcome: RetryOutcome, documents: number): void;
}

export const RETRY_OUTCOMES = ['answered', 'unanswered'] as const;
export type RetryOutcome = (typeof RETRY_OUTCOMES)[number];

const BATCH_TEXTS = [1, 2, 4, 8, 12, 16, 24, 32, 64, 128, 256];
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Occupancy of the threads is the rate of `bellwether_model_batch_seconds_sum` divided by `models.encoder.workers`. */
export function createModelMetrics(registry: Registry): ModelMetrics {
  const registers = [registry];
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `bellwether_model_${name}`, help, buckets, registers });
  const info = modelInfo(registers);
  const texts = histogram('batch_texts', 'Texts that ran together in an encoder.', BATCH_TEXTS);
  const seconds = histogram('batch_seconds', 'Time that a batch ran.', SECONDS);
  const waited = histogram('wait_seconds', 'Time that the oldest text of a batch had waited.', SECONDS);
  const hits = new Counter({
    name: 'bellwether_model_cache_hits_total',
    help: 'Texts that an encoder had answered before.',
    registers,
  });
  const restarts = new Counter({
    name: 'bellwether_model_restarts_total',
    help: 'Starts of a thread of the encoder after a hang or a crash.',
    labelNames: ['reason'],
    registers,
  });
  const where = { remote: createRemoteMetrics(registry), device: createDeviceMetrics(registry) };
  for (const reason of ['hang', 'crash']) restarts.inc({ reason }, 0);
  return {
    ...createModelLifeMetrics(registry),
    model({ name, version }) {
      info.reset();
      info.set({ name, version }, 1);
    },
    ...retryMetrics(registers),
    modelEvent(event) {
      switch (event.kind) {
        case 'serves':
          for (const metric of Object.values(where)) metric.forget();
          return;
        case 'batch':
          texts.observe(event.texts);
          seconds.observe(event.seconds);
          waited.observe(event.waitedSeconds);
          return;
        case 'cache_hits':
          hits.inc(event.texts);
          return;
        case 'restarted':
          restarts.inc({ reason: event.reason });
          return;
        case 'remote':
          where.remote.show(event);
          return;
        case 'device':
          where.device.show(event);
          return;
        case 'start_failed':
        case 'separated':
      }
    },
  };
}

function modelInfo(registers: Registry[]) {
  return new Gauge({
    name: 'bellwether_model_info',
    help: '1 for the model that scores new documents.',
    labelNames: ['name', 'version'],
    registers,
  });
}

type DeviceEvent = Extract<ModelEvent, { kind: 'device' }>;

/** A gauge of where a model runs, as long as it does. */
interface WhereMetrics<Event> {
  show(event: Event): void;
  forget(): void;
}

function createDeviceMetrics(registry: Registry): WhereMetrics<DeviceEvent> {
  const registers = [registry];
  const device = new Gauge({
    name: 'bellwether_model_device',
    help: '1 for the device on which an encoder runs now.',
    labelNames: ['device'],
    registers,
  });
  const fallback = new Gauge({
    name: 'bellwether_model_device_fallback',
    help: '1 while the CPU serves though another device is wanted by name.',
    registers,
  });
  return {
    show({ wanted, used }) {
      for (const name of DEVICES) device.set({ device: name }, name === used ? 1 : 0);
      fallback.set(wanted !== 'auto' && used !== wanted ? 1 : 0);
    },
    forget() {
      device.reset();
      fallback.reset();
    },
  };
}

type RemoteEvent = Extract<ModelEvent, { kind: 'remote' }>;

function createRemoteMetrics(registry: Registry): WhereMetrics<RemoteEvent> {
  const gone = new Gauge({
    name: 'bellwether_model_remote_hosts_away',
    help: 'Hosts of models.remote that do not answer now.',
    registers: [registry],
  });
  const away = new Set<string>();
  return {
    show({ host, problem }) {
      if (problem === null) away.delete(host);
      else away.add(host);
      gone.set(away.size);
    },
    forget() {
      away.clear();
      gone.reset();
    },
  };
}

/** Documents that the model left unanswered. */
function retryMetrics(registers: Registry[]): Pick<ModelMetrics, 'unanswered' | 'retried'> {
  const unanswered = new Gauge({
    name: 'bellwether_model_unanswered_documents',
    help: 'Stored documents that the model left unanswered.',
    labelNames: ['state'],
    registers,
  });
  const retried = new Counter({
    name: 'bellwether_model_retried_documents_total',
    help: 'Documents that the model was asked about again.',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of RETRY_OUTCOMES) retried.inc({ outcome }, 0);
  return {
    unanswered({ waiting, givenUp }) {
      unanswered.set({ state: 'waiting' }, waiting);
      unanswered.set({ state: 'given_up' }, givenUp);
    },
    retried: (outcome, documents) => {
      retried.inc({ outcome }, documents);
    },
  };
}
