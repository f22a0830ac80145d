import type { ServiceStatus } from '../../dashboards/api/ports.js';
import type { SourceStatus } from '../../ingest/source.js';
import type { Lag } from './flow.js';
import type { SettledClock } from './settled.js';
import { version } from './version.js';

/** Live documents are expected within this time of their publication; until then the newest windows are provisional. */
const LATENESS_MS = 60_000;

export interface StatusFacts extends Pick<ServiceStatus, 'world' | 'model' | 'sources' | 'unanswered'> {
  /** Both milliseconds; the newest is that of the stored documents. */
  readonly now: number;
  readonly newest: number | null;
  readonly settled: SettledClock | null;
  readonly lag: Lag;
  /** Recorded files that are under way; no entry in the configuration names them. */
  readonly recorded: readonly SourceStatus[];
}

/** What the service says of itself; in a replay the present is the time of the recording. */
export function serviceStatus({ now, newest, settled, lag, recorded, ...facts }: StatusFacts): ServiceStatus {
  const isReplay = facts.world === 'replay';
  return {
    ...facts,
    sources: [
      ...facts.sources,
      ...recorded.map((file) => ({ ...file, name: file.id, licence: null, countedSince: null })),
    ],
    now: isReplay ? (newest ?? now) : now,
    watermark: isReplay ? newest : watermarkOf(now, settled),
    ...(settled === null ? {} : { settledUntil: settled.until }),
    newestDocumentAt: newest,
    version: version(),
    lagDocuments: lag.understand + lag.monitor,
  };
}

/** What is accepted and not stored yet still changes its windows, however long ago it was published. */
function watermarkOf(now: number, settled: SettledClock | null): number | null {
  const late = now - LATENESS_MS;
  if (settled === null) return late;
  return settled.until === null ? null : Math.min(late, settled.until);
}
