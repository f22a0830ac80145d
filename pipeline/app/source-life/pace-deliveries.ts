import type { Deliver } from '../../../ingest/source.js';
import type { Clock } from '../../core/clock.js';

/** Between a delivery that is safe and its answer to the source, which knows nothing of it yet. */
export interface Pause {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly until: number;
  readonly documents: number;
}

export interface PaceOptions {
  /** Documents a minute, on average; null for no limit. */
  readonly maxPerMinute: number | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told when it pauses, and null when it goes on. */
  readonly onPause: (pause: Pause | null) => void;
}

/**
 * The same deliveries, with a pause after each that is as long as its documents may take. A source waits for its delivery,
 * so nothing is lost or held in memory; what is answered late is safe already, and a stop ends the pause at once.
 */
export function paceDeliveries(
  deliver: Deliver,
  { maxPerMinute, clock, signal, onPause }: PaceOptions,
): Deliver {
  if (maxPerMinute === null) return deliver;
  return async (delivery) => {
    await deliver(delivery);
    const items = delivery.documents.length + (delivery.unreadable?.length ?? 0);
    if (items === 0) return;
    const pauseMs = (items * 60_000) / maxPerMinute;
    const at = clock.now();
    onPause({ at, until: at + pauseMs, documents: delivery.documents.length });
    await clock.sleep(pauseMs, signal);
    onPause(null);
  };
}
