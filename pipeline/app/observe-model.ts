import type { EncoderObserver } from '../../models/encoder/load-encoder.js';
import type { ModelEvent } from '../telemetry/model-metrics.js';

/** Turns what an encoder says about itself into events, which can cross from one thread to another. */
export function observeModel(tell: (event: ModelEvent) => void): EncoderObserver {
  return {
    batch: (texts, seconds, waitedSeconds) => {
      tell({ kind: 'batch', texts, seconds, waitedSeconds });
    },
    cacheHits: (texts) => {
      tell({ kind: 'cache_hits', texts });
    },
    restarted: (reason) => {
      tell({ kind: 'restarted', reason });
    },
    device: (state) => {
      tell({ kind: 'device', ...state });
    },
    separated: (difference) => {
      tell({ kind: 'separated', difference });
    },
  };
}
