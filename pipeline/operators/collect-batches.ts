import {
  asyncScheduler,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';

export interface BatchOptions {
  readonly maxCount: number;
  /** Longest time the first item of a batch waits, milliseconds. */
  readonly maxAgeMs: number;
  readonly scheduler?: SchedulerLike;
}

/**
 * Emits arrays of the source's items, in order, never empty.
 *
 * A batch closes when it holds `maxCount` items or its first item is `maxAgeMs` old. On completion the open
 * batch is emitted; on error it is not, because the log still has its messages. Memory: one batch.
 */
export function collectBatches<T>(options: BatchOptions): OperatorFunction<T, readonly T[]> {
  const scheduler = options.scheduler ?? asyncScheduler;
  return (source) =>
    new Observable<readonly T[]>((subscriber) => {
      let batch: T[] = [];
      let timer: Subscription | null = null;
      const close = () => {
        timer?.unsubscribe();
        timer = null;
        if (batch.length === 0) return;
        const closed = batch;
        batch = [];
        subscriber.next(closed);
      };
      const inner = source.subscribe({
        next: (item) => {
          batch.push(item);
          if (batch.length >= options.maxCount) close();
          else timer ??= scheduler.schedule(close, options.maxAgeMs);
        },
        error: (error: unknown) => {
          timer?.unsubscribe();
          subscriber.error(error);
        },
        complete: () => {
          close();
          subscriber.complete();
        },
      });
      return () => {
        timer?.unsubscribe();
        inner.unsubscribe();
      };
    });
}
