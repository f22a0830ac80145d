import { statfs } from 'node:fs/promises';

import type { Clock } from '../core/clock.js';
import { BellwetherError } from '../core/errors.js';
import { RAW_TOPIC, SCORED_TOPIC, type DurableLog } from '../core/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { DataFolder } from './data-folder.js';
import { MONITOR_GROUP, UNDERSTAND_GROUP, type Flow, type Lag } from './flow.js';
import { findNoRoom } from './room.js';

export interface HousekeepingOptions {
  readonly flow: Pick<Flow, 'lag'>;
  readonly log: Pick<DurableLog, 'trim'>;
  readonly metrics: Metrics;
  readonly folder: Pick<DataFolder, 'path' | 'log' | 'store'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told once a second how far behind the stages are, or why the log does not say. */
  readonly onLag: (lag: Lag | BellwetherError) => void;
  /** Told once a second for what there is no room; empty when all is well. */
  readonly onRoom: (reasons: readonly string[]) => void;
}

const EVERY_MS = 1_000;
const TRIM_EVERY = 600;

/** Sets the gauges once a second and lets the log drop what it need not keep every ten minutes, until the signal is aborted. */
export async function keepHouse(options: HousekeepingOptions): Promise<void> {
  const { clock, signal } = options;
  for (let turn = 1; !signal.aborted; turn += 1) {
    await observeLag(options);
    await observeDisk(options);
    options.onRoom(await findNoRoom([options.folder.log, options.folder.store]));
    if (turn % TRIM_EVERY === 0) await whenPossible(() => options.log.trim());
    await clock.sleep(EVERY_MS, signal);
  }
}

async function observeLag({ flow, metrics, onLag }: HousekeepingOptions): Promise<void> {
  const failure = await whenPossible(async () => {
    const lag = await flow.lag();
    onLag(lag);
    metrics.lag(RAW_TOPIC, UNDERSTAND_GROUP, lag.understand);
    metrics.lag(SCORED_TOPIC, MONITOR_GROUP, lag.monitor);
  });
  if (failure !== null) onLag(failure);
}

/** A file system that does not say what is free shows no number. */
async function observeDisk({ metrics, folder }: HousekeepingOptions): Promise<void> {
  const { bavail, bsize } = await statfs(folder.path).catch(() => ({ bavail: NaN, bsize: 1 }));
  if (Number.isFinite(bavail)) metrics.diskFree(bavail * bsize);
}

/** What cannot be done for now, for instance on a full disk or while the brokers are away, is done the next time. Answers why, or null. */
async function whenPossible(work: () => Promise<void>): Promise<BellwetherError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof BellwetherError) || !error.retriable) throw error;
    return error;
  }
}
