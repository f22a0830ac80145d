import { UnavailableError } from '../core/errors.js';

/** Knows what is under way, so that the engine is never closed below it: that would end the whole process. */
export class OpenWork {
  #last: Promise<unknown> = Promise.resolve();
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;

  /** Runs after everything that was asked for in order before, whether that failed or not. */
  inOrder<T>(work: () => Promise<T>): Promise<T> {
    return this.anytime(() => {
      const next = this.#last.then(work, work);
      this.#last = next.catch(() => undefined);
      return next;
    });
  }

  anytime<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== null) {
      return Promise.reject(new UnavailableError('store_closed', 'The analytics store is closed.'));
    }
    const running = work();
    this.#running.add(running);
    const forget = () => this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  close(release: () => Promise<void>): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#running).then(release);
    return this.#closing;
  }
}

export type Run = <R>(work: () => Promise<R>) => Promise<R>;

/** The same operations, each known as under way until it is over. */
export function guarded<T extends object>(operations: T, run: Run): T {
  const entries = Object.entries(operations as Record<string, (...args: unknown[]) => Promise<unknown>>);
  return Object.fromEntries(
    entries.map(([name, operation]) => [name, (...args: unknown[]) => run(() => operation(...args))]),
  ) as T;
}
