import { NO_REFUSALS } from '../../../ingest/refused-requests.js';
import type { Clock } from '../../core/clock.js';
import type { Logger } from '../../telemetry/logger.js';
import { createRepeatingFailure, type RepeatingFailure } from '../../telemetry/repeating-failure.js';
import type { ObservedSource, SourceMetrics } from '../../telemetry/source-metrics.js';
import type { Intake } from '../intake.js';
import type { LivingStatus } from './living-source.js';

export interface SourceWatchOptions {
  readonly statuses: () => readonly LivingStatus[];
  readonly intake: Pick<Intake, 'webhookDeliveries'>;
  readonly metrics: SourceMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called at each look, for what else has to be looked at. */
  readonly onTurn: () => void;
}

const EVERY_MS = 1_000;

/**
 * Looks at the sources once a second until the signal: sets their numbers, and logs one that is degraded at the start, when
 * the reason is another one, and at the end, however often it tries in between. Memory: one reason a source.
 */
export async function watchSources(options: SourceWatchOptions, signal: AbortSignal): Promise<void> {
  const troubles = new Map<string, RepeatingFailure>();
  while (!signal.aborted) {
    const statuses = options.statuses();
    const now = options.clock.now();
    const pushed = [...options.intake.webhookDeliveries()].map(([name, at]) => [name, age(now, at)] as const);
    options.metrics.sources(
      statuses.map((status) => observed(status, now)),
      new Map(pushed),
    );
    tellTroubles(statuses, troubles, options);
    options.onTurn();
    await options.clock.sleep(EVERY_MS, signal);
  }
}

function observed(status: LivingStatus, now: number): ObservedSource {
  const { id, state, running, pausedUntil, lastDeliveryAt, lastContactAt, startedAt } = status;
  const refused = status.type === 'push' ? (status.refused?.counts ?? NO_REFUSALS) : null;
  // Nothing is to be expected of one that does not run or has to wait, so no rule may take it for silent.
  if (!running || pausedUntil !== null)
    return { id, state, lastDocumentAge: null, contactAge: null, refused };
  return {
    id,
    state,
    lastDocumentAge: age(now, lastDeliveryAt ?? startedAt),
    contactAge: age(now, lastContactAt ?? startedAt),
    refused,
  };
}

function age(now: number, at: number): number {
  return Math.max(0, now - at) / 1_000;
}

function tellTroubles(
  statuses: readonly LivingStatus[],
  troubles: Map<string, RepeatingFailure>,
  { logger, clock }: SourceWatchOptions,
): void {
  const degraded = new Map(
    statuses.filter(({ state }) => state === 'degraded').map((each) => [each.id, each]),
  );
  for (const { id, reason } of degraded.values()) {
    let trouble = troubles.get(id);
    if (trouble === undefined) {
      trouble = createRepeatingFailure({ sentence: 'A source is degraded.', logger, clock });
      troubles.set(id, trouble);
    }
    trouble.failed(reason ?? 'It gives no reason.', { source: id });
  }
  for (const [id, trouble] of troubles) {
    if (degraded.has(id)) continue;
    trouble.succeeded({ source: id });
    troubles.delete(id);
  }
}
