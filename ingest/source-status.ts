import type { Clock } from '../pipeline/core/clock.js';
import type { Reason } from '../pipeline/core/errors.js';
import { addRefused, NO_REFUSALS } from './refused-requests.js';
import type { RequestRefusal, SourceState, SourceStatus } from './source.js';

/** Keeps the figures that every source shows. */
export interface StatusTracker {
  delivered(documents: number): void;
  rejected(): void;
  /** A request was refused; the source counts as neither in trouble nor heard of. */
  refused(reason: RequestRefusal): void;
  /** The source answered, with documents or without. */
  contacted(): void;
  become(state: SourceState, reason?: Reason): void;
  read(): SourceStatus;
}

export function createStatusTracker(id: string, clock: Pick<Clock, 'now'>): StatusTracker {
  let status: SourceStatus = {
    id,
    state: 'starting',
    reason: null,
    cause: null,
    lastDeliveryAt: null,
    lastContactAt: null,
    delivered: 0,
    rejected: 0,
    refused: null,
  };
  return {
    delivered: (documents) => {
      if (documents === 0) return;
      const now = clock.now();
      const delivered = status.delivered + documents;
      status = { ...status, delivered, lastDeliveryAt: now, lastContactAt: now };
    },
    rejected: () => {
      status = { ...status, rejected: status.rejected + 1 };
    },
    refused: (last) => {
      const counts = { ...NO_REFUSALS, [last]: 1 };
      status = { ...status, refused: addRefused(status.refused, { counts, last, at: clock.now() }) };
    },
    contacted: () => {
      status = { ...status, lastContactAt: clock.now() };
    },
    become: (state, reason) => {
      const { message = null } = reason ?? {};
      status = { ...status, state, reason: message, cause: causeOf(reason) };
    },
    read: () => status,
  };
}

function causeOf(reason: Reason | undefined): SourceStatus['cause'] {
  return reason === undefined ? null : { code: reason.code, facts: reason.facts ?? {} };
}
