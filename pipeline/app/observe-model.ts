import type { ModelEvent } from '../telemetry/model-metrics.js';
import type { ServiceObserver } from './serving-observer.js';

/** Turns what a model says about itself into events, which can cross from one thread to another. */
export function observeModel(tell: (event: ModelEvent) => void): ServiceObserver {
  return {
    serves: () => {
      tell({ kind: 'serves' });
    },
    batch: (texts, seconds, waitedSeconds) => {
      tell({ kind: 'batch', texts, seconds, waitedSeconds });
    },
    cacheHits: (texts) => {
      tell({ kind: 'cache_hits', texts });
    },
    restarted: (reason, message) => {
      tell({ kind: 'restarted', reason, message });
    },
    startFailed: (problem) => {
      tell({ kind: 'start_failed', problem });
    },
    remote: (host, problem) => {
      tell({ kind: 'remote', host, problem });
    },
    device: (state) => {
      tell({ kind: 'device', ...state });
    },
    separated: (difference) => {
      tell({ kind: 'separated', difference });
    },
  };
}
