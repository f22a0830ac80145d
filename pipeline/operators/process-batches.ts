import { Observable, type OperatorFunction } from 'rxjs';

/**
 * Works on the source's items in batches, one batch at a time, in order, and emits what `work` answers.
 *
 * Whatever arrives while a batch is in work makes up the next one, at most `maxCount` items: batches are small, and
 * quick, when little comes, and large, and cheap for each item, under load. Completes when the source has and all is
 * worked off; the first error of `work` or of the source ends it. Memory: the source must be bounded by credit, because
 * nothing is refused here.
 */
export function processBatches<In, Out>(
  options: { readonly maxCount: number },
  work: (batch: readonly In[]) => Promise<Out>,
): OperatorFunction<In, Out> {
  return (source) =>
    new Observable<Out>((subscriber) => {
      let waiting: In[] = [];
      let busy = false;
      let completed = false;

      const drain = async () => {
        while (waiting.length > 0 && !subscriber.closed) {
          const batch = waiting.slice(0, options.maxCount);
          waiting = waiting.slice(options.maxCount);
          subscriber.next(await work(batch));
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
      return source.subscribe({
        next: (item) => {
          waiting.push(item);
          wake();
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          completed = true;
          if (!busy) subscriber.complete();
        },
      });
    });
}
