import type { Deliver } from '../../../ingest/source.js';
import type { Clock } from '../../core/clock.js';

export interface PaceOptions {
  /** Documents a minute, on average; null for no limit. */
  readonly maxPerMinute: number | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told until when it pauses (milliseconds since the epoch), and null when it goes on. */
  readonly onPause: (until: number | null) => void;
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
    onPause(clock.now() + pauseMs);
    await clock.sleep(pauseMs, signal);
    onPause(null);
  };
}
