import type { ModelObserver } from '../../models/load-classifier.js';

/** Hears of whatever model serves, and when another one begins to. */
export interface ServiceObserver extends ModelObserver {
  /** Another model serves from now on: what was said of where the one before runs is over. */
  serves(): void;
}

/** What one model says of itself, as far as it concerns the service. */
export interface ServingObserver {
  readonly observer: ModelObserver;
  /** It serves from now on; what it has said of where it runs is told now. */
  serve(): void;
  /** It serves no more, and what it still says of where it runs concerns nobody. */
  retire(): void;
}

/**
 * Keeps what a model says of devices and hosts apart from what the model before it said: a model that is loaded beside the
 * one that serves may be refused, and one that has served may go on speaking until it is closed. What it counts is passed on.
 */
export function createServingObserver(service: ServiceObserver): ServingObserver {
  let life: 'loading' | 'serving' | 'retired' = 'loading';
  const held: (() => void)[] = [];
  const tell = (say: () => void) => {
    if (life === 'serving') say();
    else if (life === 'loading') held.push(say);
  };
  return {
    observer: {
      ...service,
      device: (state) => {
        tell(() => {
          service.device(state);
        });
      },
      remote: (host, problem) => {
        tell(() => {
          service.remote(host, problem);
        });
      },
    },
    serve() {
      life = 'serving';
      service.serves();
      for (const say of held.splice(0)) say();
    },
    retire() {
      life = 'retired';
    },
  };
}
