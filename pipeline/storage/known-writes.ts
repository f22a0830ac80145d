/**
 * Stamps writes that are not in the log with the time from which they are known.
 *
 * The stamp is taken when the write begins, not when it was asked for; and as long as it is on its way nothing from then on
 * is settled, so that an answer that was given never changes. One write at a time.
 */
export class KnownWrites {
  /** Since when a write is on its way, milliseconds; null without one. */
  since: number | null = null;

  constructor(private readonly now: () => number) {}

  async write<T>(work: (knownAt: number) => Promise<T>): Promise<T> {
    const knownAt = this.now();
    this.since = knownAt;
    try {
      return await work(knownAt);
    } finally {
      this.since = null;
    }
  }
}
