import type { Clock } from '../core/clock.js';

/** Wakes those who wait for a topic to grow; nobody polls. Memory: one entry for each who waits. */
export class AppendSignal {
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly clock: Clock) {}

  /** Resolves when the topic has grown, when the time is over, or when the signal is aborted. */
  async wait(topic: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const wake = new AbortController();
    const onWake = () => wake.abort();
    const waiting = this.waiting.get(topic) ?? new Set();
    this.waiting.set(topic, waiting.add(onWake));
    signal.addEventListener('abort', onWake, { once: true });
    try {
      await this.clock.sleep(timeoutMs, wake.signal);
    } finally {
      signal.removeEventListener('abort', onWake);
      waiting.delete(onWake);
    }
  }

  grown(topic: string): void {
    for (const wake of this.waiting.get(topic) ?? []) wake();
  }

  wakeAll(): void {
    for (const topic of this.waiting.keys()) this.grown(topic);
  }
}
