import type { Clock } from '../pipeline/core/clock.js';
import type { SourceState, SourceStatus } from './source.js';

/** Keeps the figures that every source shows. */
export interface StatusTracker {
  delivered(documents: number): void;
  rejected(): void;
  become(state: SourceState, reason?: string): void;
  read(): SourceStatus;
}

export function createStatusTracker(id: string, clock: Pick<Clock, 'now'>): StatusTracker {
  let status: SourceStatus = {
    id,
    state: 'starting',
    reason: null,
    lastDeliveryAt: null,
    delivered: 0,
    rejected: 0,
  };
  return {
    delivered: (documents) => {
      if (documents === 0) return;
      status = { ...status, delivered: status.delivered + documents, lastDeliveryAt: clock.now() };
    },
    rejected: () => {
      status = { ...status, rejected: status.rejected + 1 };
    },
    become: (state, reason) => {
      status = { ...status, state, reason: reason ?? null };
    },
    read: () => status,
  };
}
