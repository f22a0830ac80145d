import type { Clock } from '../core/clock.js';
import type { LogPosition } from '../core/document.js';
import { BellwetherError } from '../core/errors.js';
import { RAW_TOPIC, SCORED_TOPIC, type DurableLog } from '../core/log.js';
import type { StoreBatch } from '../core/store.js';
import { MONITOR_GROUP, UNDERSTAND_GROUP } from './flow.js';
import type { OpenParts } from './parts.js';

/**
 * Between the moment the log stamps a record and the moment others see it lies one transaction (embedded) or the broker's
 * append; and clocks of a broker and of this machine differ. The margin holds for both.
 */
export const SETTLED_MARGIN_MS = 5_000;
/** How often the time is made durable, for other processes and for the next start. */
const PUBLISH_EVERY_MS = 2_000;
const LOOK_EVERY_MS = 1_000;

/** Where the monitor leaves the time for processes that only read. */
export interface SettledState {
  readonly readSettledUntil: () => Promise<number | null>;
  readonly writeSettledUntil: (time: number) => Promise<void>;
  /** Since when the store writes alert events or re-scores that are known from then on; null when it does not. */
  readonly openSince: () => number | null;
}

/**
 * Knows up to which time the history is final: an answer as of `until` or earlier never changes any more.
 *
 * A document is known from the moment the log took it, and is stored a little later. What is stored decides.
 */
export interface SettledClock {
  /** Milliseconds; null while nothing can be said. Never goes back. */
  readonly until: number | null;
  /** Told of everything that was stored. */
  stored(batches: readonly StoreBatch[]): void;
  /** Looks at log and store; once a second is enough. Rejects as the log and the store do. */
  look(): Promise<void>;
}

export interface SettledOptions {
  readonly log: Pick<DurableLog, 'endPositions' | 'committedPositions'>;
  readonly clock: Clock;
  readonly state: SettledState;
  /** Whether this process is the monitor that stores; others read what that one has published. */
  readonly active: () => boolean;
}

/** The active monitor alone knows what is stored; it publishes the time in the store, and a restart goes on from there. */
export function createSettledClock({ log, clock, state, active }: SettledOptions): SettledClock {
  const newest = new Map<number, number>();
  let until: number | null = null;
  let published: number | null = null;
  let publishedAt = -Infinity;
  const advance = (time: number | null) => {
    if (time !== null && (until === null || time > until)) until = time;
  };
  const publish = async () => {
    if (until === null || until === published) return;
    if (clock.monotonic() - publishedAt < PUBLISH_EVERY_MS) return;
    await state.writeSettledUntil(until);
    published = until;
    publishedAt = clock.monotonic();
  };
  return {
    get until() {
      return until;
    },
    stored(batches) {
      for (const { raw, knownAt } of batches.flatMap((batch) => batch.versions))
        newest.set(raw.partition, Math.max(newest.get(raw.partition) ?? 0, knownAt));
    },
    async look() {
      if (until === null || !active()) advance(await state.readSettledUntil());
      if (!active()) return;
      const now = await settledNow(log, clock, newest);
      const open = state.openSince();
      advance(now === null || open === null ? now : Math.min(now, open - 1));
      await publish();
    },
  };
}

/** The clock of a process with these parts; null in a replay world, and where there is no store. */
export function settledClockOf(
  { world, log, store }: Pick<OpenParts, 'world' | 'log' | 'store'>,
  clock: Clock,
  active: () => boolean,
): SettledClock | null {
  if (world === 'replay' || store === null) return null;
  return createSettledClock({ log, clock, state: store, active });
}

/** Looks once a second until the signal; what log and store cannot say for now is asked again. */
export async function keepSettled(
  settled: SettledClock | null,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  if (settled === null) return;
  while (!signal.aborted) {
    try {
      await settled.look();
    } catch (error) {
      if (!(error instanceof BellwetherError) || !error.retriable) throw error;
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/**
 * The earliest, over the partitions of the raw topic, of: the time before the look where nothing is unfinished, and else
 * the time of the newest document stored from it.
 *
 * The order of the questions matters: whatever is below the end that is read first, and committed by UNDERSTAND, is
 * below the end of the scored topic that is read after it.
 */
async function settledNow(
  log: SettledOptions['log'],
  clock: Clock,
  newest: ReadonlyMap<number, number>,
): Promise<number | null> {
  const before = clock.now() - SETTLED_MARGIN_MS;
  const ends = await log.endPositions(RAW_TOPIC);
  const scored = byPartition(await log.committedPositions(RAW_TOPIC, UNDERSTAND_GROUP));
  const scoredEnds = await log.endPositions(SCORED_TOPIC);
  const stored = byPartition(await log.committedPositions(SCORED_TOPIC, MONITOR_GROUP));
  const allStored = scoredEnds.every(({ partition, offset }) => (stored.get(partition) ?? 0) >= offset);
  let earliest = before;
  for (const { partition, offset } of ends) {
    if (allStored && (scored.get(partition) ?? 0) >= offset) continue;
    const last = newest.get(partition);
    if (last === undefined) return null;
    // Others of the same millisecond may still be on their way.
    earliest = Math.min(earliest, last - 1);
  }
  return earliest;
}

function byPartition(positions: readonly LogPosition[]): ReadonlyMap<number, number> {
  return new Map(positions.map(({ partition, offset }) => [partition, offset]));
}
