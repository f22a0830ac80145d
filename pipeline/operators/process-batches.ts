import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';

export interface ProcessOptions {
  readonly maxCount: number;
  /**
   * Milliseconds from the begin of one batch to the begin of the next, given what the last one took; a full batch does not
   * wait, nor does the end. Without it a batch begins as soon as the one before is done.
   */
  readonly everyMs?: (lastMs: number) => number;
  readonly scheduler?: SchedulerLike;
}

/**
 * Works on the source's items in batches, one batch at a time, in order, and emits what `work` answers.
 *
 * Whatever arrives while a batch is in work makes up the next one, at most `maxCount` items: batches are small, and
 * quick, when little comes, and large, and cheap for each item, under load. With `everyMs` they also keep a distance, because
 * a batch has a price of its own; the first one after a pause begins at once. Completes when the source has and all is
 * worked off; the first error of `work` or of the source ends it. Memory: the source must be bounded by credit, because
 * nothing is refused here.
 */
export function processBatches<In, Out>(
  options: ProcessOptions,
  work: (batch: readonly In[]) => Promise<Out>,
): OperatorFunction<In, Out> {
  return (source) =>
    new Observable<Out>((subscriber) => {
      let waiting: In[] = [];
      let busy = false;
      let completed = false;

      const pause = new Pause(options.scheduler ?? asyncScheduler);
      const enough = () => completed || subscriber.closed || waiting.length >= options.maxCount;

      const drain = async () => {
        while (waiting.length > 0) {
          if (!enough()) await pause.rest();
          if (subscriber.closed) return;
          pause.begin();
          const batch = waiting.slice(0, options.maxCount);
          waiting = waiting.slice(options.maxCount);
          subscriber.next(await work(batch));
          pause.end(options.everyMs);
        }
        busy = false;
        if (completed) subscriber.complete();
      };
      const wake = () => {
        if (busy) return;
        busy = true;
        // The rest of what is being delivered right now joins the first batch.
        queueMicrotask(() => {
          drain().catch((error: unknown) => {
            subscriber.error(error);
          });
        });
      };
      const inner = source.subscribe({
        next: (item) => {
          waiting.push(item);
          if (enough()) pause.cutShort();
          wake();
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          completed = true;
          pause.cutShort();
          if (!busy) subscriber.complete();
        },
      });
      return () => {
        inner.unsubscribe();
        pause.cutShort();
      };
    });
}

/** The distance between the begins of two batches. */
class Pause {
  #beganAt = 0;
  #distanceMs = 0;
  #wake: (() => void) | null = null;

  constructor(private readonly scheduler: SchedulerLike) {}

  begin(): void {
    this.#beganAt = this.scheduler.now();
  }

  end(everyMs: ProcessOptions['everyMs']): void {
    this.#distanceMs = everyMs?.(this.scheduler.now() - this.#beganAt) ?? 0;
  }

  /** Resolves when the distance is kept, or when it is cut short. */
  async rest(): Promise<void> {
    // Never longer than the distance itself, because wall clocks jump.
    const leftMs = Math.min(this.#distanceMs, this.#beganAt + this.#distanceMs - this.scheduler.now());
    if (leftMs <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.scheduler.schedule(() => {
        this.cutShort();
      }, leftMs);
      this.#wake = () => {
        timer.unsubscribe();
        resolve();
      };
    });
  }

  cutShort(): void {
    this.#wake?.();
    this.#wake = null;
  }
}
