import { windowStart } from '../core/series.js';
import type { StoreBatch, TouchedWindow } from '../core/store.js';
import type { RollUps } from './roll-up.js';

const LATEST_MS = Date.UTC(2100, 0);

/**
 * The windows of what this process has written and not rolled up yet.
 *
 * A check in between rolls them up first: else it would report what is merely on its way. Memory: one entry a series and
 * minute, until its roll-up.
 */
export class PendingWindows {
  readonly #windows = new Map<string, TouchedWindow>();

  constructor(private readonly rollUps: Pick<RollUps, 'recompute'>) {}

  /** To be called before the batch is written. */
  add<Batch extends Pick<StoreBatch, 'versions'>>(batch: Batch): Batch {
    for (const { scored, contributions, withdrawn, turns } of batch.versions) {
      for (const { series } of contributions) this.#put(series, scored.document.publishedAt);
      for (const { series, publishedAt } of withdrawn) this.#put(series, publishedAt);
      for (const turn of turns) for (const series of turn.series) this.#put(series, turn.publishedAt);
    }
    return batch;
  }

  async rollUp(windows: readonly TouchedWindow[]): Promise<void> {
    // Nothing is stored outside these times, and the engine's windows cannot name them: they would spoil the others.
    await this.rollUps.recompute(windows.filter(({ time }) => time >= 0 && time < LATEST_MS));
    for (const { series, time } of windows) this.#windows.delete(keyOf(series, time));
  }

  rollUpAll(): Promise<void> {
    return this.rollUp([...this.#windows.values()]);
  }

  #put(series: string, publishedAt: string): void {
    const time = Date.parse(publishedAt);
    this.#windows.set(keyOf(series, time), { series, time });
  }
}

function keyOf(series: string, time: number): string {
  return `${series} ${windowStart(time, '1m')}`;
}
