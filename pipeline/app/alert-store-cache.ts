import type { AlertEvent } from '../core/alert.js';
import type { AlertStore } from '../core/store.js';

export interface AlertStoreCache extends AlertStore {
  /** Writes how far the detector has come, if that is not stored yet. */
  flush(): Promise<void>;
  /** The stored events were changed; they are read again. */
  forget(): void;
}

/** Evaluations without an event that may be repeated after a crash; repeating them changes nothing. */
const UNSTORED_EVALUATIONS = 48;

/**
 * Keeps the open alerts and the detector's position in memory, so that a quiet evaluation costs no query and no write.
 *
 * The position is stored before and after any event: after a crash evaluations are repeated only over a stretch
 * without events, with the very state they had. One writer: nobody else may append events meanwhile.
 */
export function createAlertStoreCache(store: AlertStore): AlertStoreCache {
  let open: readonly AlertEvent[] | null = null;
  let position: number | null | undefined;
  let unstored = 0;

  const flush = async () => {
    if (unstored === 0 || position === undefined || position === null) return;
    await store.writeEvaluatedUntil(position);
    unstored = 0;
  };
  return {
    flush,
    forget() {
      open = null;
    },
    async appendEvents(events) {
      await flush();
      open = null;
      await store.appendEvents(events);
      unstored = UNSTORED_EVALUATIONS;
    },
    async openEvents() {
      open ??= await store.openEvents();
      return open;
    },
    async readEvaluatedUntil() {
      position ??= await store.readEvaluatedUntil();
      return position;
    },
    async writeEvaluatedUntil(time) {
      position = time;
      unstored += 1;
      if (unstored >= UNSTORED_EVALUATIONS) await flush();
    },
  };
}
