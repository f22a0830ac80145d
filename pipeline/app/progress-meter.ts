import type { Clock } from '../core/clock.js';
import type { ScoredDocument } from '../core/scored.js';
import type { LatencyStage, Metrics } from '../telemetry/metrics.js';
import type { MonitorProgress } from '../topology.js';

/** Detection that stands still must not fill the memory: what comes beyond is not measured. */
const MOST_WAITING = 10_000;

/**
 * Counts what became of messages, and measures how old live documents are when they are stored, rolled up and looked at.
 *
 * Ages are of live documents only: what was received before the process began waited for that, and history that is sent in is old.
 */
export interface ProgressMeter {
  readonly rolledUp: (progress: Pick<MonitorProgress, 'batches' | 'storedSecondsAgo'>) => void;
  /** Detection has looked, as of `from`, at all that was rolled up until then, and its mails are out. */
  readonly evaluated: (from: number) => void;
}

interface Origins {
  readonly received: number;
  /** Null when the publisher names a day only. */
  readonly published: number | null;
}

export function createProgressMeter(metrics: Metrics, clock: Pick<Clock, 'now'>): ProgressMeter {
  const since = clock.now();
  let waiting: { readonly at: number; readonly origins: Origins }[] = [];
  const measure = (stage: LatencyStage, origins: Origins, now: number) => {
    metrics.latency(stage, 'received', (now - origins.received) / 1_000);
    if (origins.published !== null) metrics.latency(stage, 'published', (now - origins.published) / 1_000);
  };
  const measureBatch = (scored: readonly ScoredDocument[], now: number, storedAt: number) => {
    for (const document of scored) {
      const origins = originsOf(document, since);
      if (origins === null) continue;
      metrics.queryable((now - origins.received) / 1_000);
      if (document.flags.includes('backfill')) continue;
      measure('stored', origins, storedAt);
      measure('rolled_up', origins, now);
      if (waiting.length < MOST_WAITING) waiting.push({ at: now, origins });
    }
  };
  return {
    rolledUp({ batches, storedSecondsAgo }) {
      const now = clock.now();
      for (const [index, { receipts, versions }] of batches.entries()) {
        for (const { outcome } of receipts) metrics.outcome(outcome, 1);
        const scored = versions.map((version) => version.scored);
        metrics.late(scored.filter(({ flags }) => flags.includes('late')).length);
        measureBatch(scored, now, now - (storedSecondsAgo[index] ?? 0) * 1_000);
      }
    },
    evaluated(from) {
      const now = clock.now();
      for (const { at, origins } of waiting) if (at <= from) measure('evaluated', origins, now);
      waiting = waiting.filter(({ at }) => at > from);
    },
  };
}

function originsOf({ document }: ScoredDocument, since: number): Origins | null {
  const received = Date.parse(document.receivedAt);
  // Recorded history was received in its own time; what it took to get here says nothing.
  if (received < since) return null;
  return { received, published: document.precision === 'day' ? null : Date.parse(document.publishedAt) };
}
