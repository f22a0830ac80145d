import { sourceSchema } from '../../config/source-schema.js';
import type { Deliver, Source, SourceState } from '../../ingest/source.js';
import { createStatusTracker } from '../../ingest/source-status.js';
import type { ConfiguredSource } from '../../pipeline/app/sources/source-kit.js';
import type { Clock } from '../../pipeline/core/clock.js';
import type { Reason } from '../../pipeline/core/errors.js';

type FeedEntry = Extract<ConfiguredSource, { type: 'rss' }>;

/** An entry as the configuration has it; what differs from the usual is given. */
export function feedEntry(id: string, more: Partial<FeedEntry> = {}): FeedEntry {
  const usual = { type: 'rss', id, name: `Feed ${id}`, url: `https://${id}.example/feed` };
  return sourceSchema.parse({ ...usual, ...more }) as FeedEntry;
}

/** A source whose work is given; it stands until the signal when there is none. */
export function fakeSource(
  id: string,
  clock: Pick<Clock, 'now'>,
  work: (
    deliver: Deliver,
    signal: AbortSignal,
    become: (state: SourceState, reason?: Reason) => void,
  ) => Promise<void> = (_deliver, signal) => aborted(signal),
): Source {
  const tracker = createStatusTracker(id, clock);
  return {
    id,
    status: () => tracker.read(),
    async run(deliver, signal) {
      tracker.become('ok');
      tracker.contacted();
      const counted: Deliver = async (delivery) => {
        await deliver(delivery);
        tracker.delivered(delivery.documents.length);
      };
      await work(counted, signal, (state, reason) => {
        tracker.become(state, reason);
      });
      tracker.become(signal.aborted ? 'stopped' : 'finished');
    },
  };
}

export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
