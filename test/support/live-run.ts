import { createGuardedClient } from '../../ingest/fetch/guarded-client.js';
import type { LiveParts } from '../../ingest/sources/live/run-live-stream.js';
import type { Source } from '../../ingest/source.js';
import { recordDeliveries } from './ingest.js';
import { virtualClock } from './virtual-clock.js';

export const NOW = '2026-03-31T12:00:00.000Z';

/** A live source that runs against a stub, with its log in memory and its clock in the hands of the test. */
export function runLive(make: (parts: LiveParts) => Source, cursors = new Map<string, string>()) {
  const clock = virtualClock(NOW);
  const recorder = recordDeliveries(undefined, cursors);
  const rejected: string[] = [];
  const stop = new AbortController();
  const source = make({
    source: { id: 'live', kind: 'social', name: 'Live' },
    clock,
    random: () => 0,
    authorKey: 'a key of the tests',
    readCursor: recorder.readCursor,
    onRejected: ({ message }) => rejected.push(message),
  });
  const running = source.run(recorder.deliver, stop.signal);
  // What it rejects with is told by `stop`.
  running.catch(() => undefined);
  return {
    clock,
    recorder,
    rejected,
    source,
    /** Action and text of everything delivered, in order. */
    told: () => recorder.documents().map(({ action, text }) => `${action} ${text}`.trim()),
    stop: async () => {
      stop.abort();
      await running;
    },
  };
}

export const stubClient = createGuardedClient({ userAgent: 'Bellwether test', allowPrivateHosts: true });
