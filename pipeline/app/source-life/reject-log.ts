import type { RejectedItem } from '../../../ingest/source.js';
import type { Clock } from '../../core/clock.js';
import type { Logger } from '../../telemetry/logger.js';

const LINES = 5;
const WINDOW_MS = 60_000;

interface Window {
  readonly since: number;
  told: number;
  untold: number;
}

/** Logs items that were not taken: five of a source a minute by name, the others as a count when the minute is over. */
export interface RejectLog {
  rejected(item: RejectedItem): void;
  /** Tells the counts of minutes that are over; to be called now and then. */
  settle(): void;
}

/** A feed whose every item is refused must not fill the log. Memory: one count a source that had any within the minute. */
export function createRejectLog(logger: Pick<Logger, 'warn'>, clock: Pick<Clock, 'monotonic'>): RejectLog {
  const windows = new Map<string, Window>();
  const settle = (source: string, now: number) => {
    const window = windows.get(source);
    if (window === undefined || now - window.since < WINDOW_MS) return;
    windows.delete(source);
    if (window.untold > 0)
      logger.warn('Further items of a source were not taken.', { source, items: window.untold });
  };
  return {
    settle: () => {
      const now = clock.monotonic();
      for (const source of [...windows.keys()]) settle(source, now);
    },
    rejected({ sourceId, place, message }) {
      const now = clock.monotonic();
      settle(sourceId, now);
      const window = windows.get(sourceId) ?? { since: now, told: 0, untold: 0 };
      windows.set(sourceId, window);
      if (window.told === LINES) {
        window.untold += 1;
        return;
      }
      window.told += 1;
      logger.warn('An item of a source was not taken.', { source: sourceId, place, reason: message });
    },
  };
}
