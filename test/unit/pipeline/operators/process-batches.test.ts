import { lastValueFrom, Subject, toArray, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { processBatches } from '../../../../pipeline/operators/process-batches.js';

/** Work that waits until the test lets it go. */
function gated() {
  const batches: (readonly number[])[] = [];
  const gates: (() => void)[] = [];
  const work = async (batch: readonly number[]) => {
    batches.push(batch);
    await new Promise<void>((resolve) => gates.push(resolve));
    return batch.length;
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    batches,
    work,
    turn,
    release: async () => {
      gates.shift()?.();
      await turn();
    },
  };
}

describe('processBatches', () => {
  it('makes one batch of what arrives while another is in work, in order and never over the limit', async () => {
    const { batches, work, turn, release } = gated();
    const source = new Subject<number>();
    const result = lastValueFrom(source.pipe(processBatches({ maxCount: 3 }, work), toArray()));
    source.next(1);
    await turn();
    [2, 3, 4, 5].forEach((item) => {
      source.next(item);
    });
    source.complete();
    await release();
    await release();
    await release();
    expect(batches).toEqual([[1], [2, 3, 4], [5]]);
    expect(await result).toEqual([1, 3, 1]);
  });

  it('takes everything that is delivered at once into the first batch', async () => {
    const { batches, work, turn } = gated();
    const source = new Subject<number>();
    source.pipe(processBatches({ maxCount: 9 }, work)).subscribe();
    source.next(1);
    source.next(2);
    await turn();
    expect(batches).toEqual([[1, 2]]);
  });

  it('completes an empty source and passes an error of the work on', async () => {
    const empty = new Subject<number>();
    const none = lastValueFrom(
      empty.pipe(
        processBatches({ maxCount: 2 }, () => Promise.resolve(1)),
        toArray(),
      ),
    );
    empty.complete();
    expect(await none).toEqual([]);
    const failing = new Subject<number>();
    const failed = lastValueFrom(
      failing.pipe(processBatches({ maxCount: 2 }, () => Promise.reject(new Error('broken')))),
    );
    failing.next(1);
    await expect(failed).rejects.toThrow('broken');
  });

  describe('with a distance', () => {
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const paced = (everyMs: (lastMs: number) => number) => {
      const scheduler = new VirtualTimeScheduler();
      const batches: (readonly number[])[] = [];
      const source = new Subject<number>();
      const work = (batch: readonly number[]) => Promise.resolve(batches.push(batch));
      const done = lastValueFrom(source.pipe(processBatches({ maxCount: 3, everyMs, scheduler }, work)), {
        defaultValue: 0,
      });
      return { scheduler, batches, source, done };
    };

    it('begins the first batch at once and the next one when its time has come', async () => {
      const { scheduler, batches, source } = paced(() => 100);
      source.next(1);
      await turn();
      source.next(2);
      await turn();
      source.next(3);
      await turn();
      expect(batches).toEqual([[1]]);
      scheduler.flush();
      await turn();
      expect(scheduler.now()).toBe(100);
      expect(batches).toEqual([[1], [2, 3]]);
    });

    it('does not wait with a full batch, nor at the end', async () => {
      const { batches, source, done } = paced(() => 1_000);
      source.next(1);
      await turn();
      [2, 3, 4].forEach((item) => {
        source.next(item);
      });
      await turn();
      expect(batches).toEqual([[1], [2, 3, 4]]);
      source.next(5);
      await turn();
      expect(batches).toHaveLength(2);
      source.complete();
      await done;
      expect(batches).toEqual([[1], [2, 3, 4], [5]]);
    });

    it('lets go of its timer when nobody listens any more', async () => {
      const scheduler = new VirtualTimeScheduler();
      const batches: (readonly number[])[] = [];
      const source = new Subject<number>();
      const work = (batch: readonly number[]) => Promise.resolve(batches.push(batch));
      const subscription = source
        .pipe(processBatches({ maxCount: 3, everyMs: () => 100, scheduler }, work))
        .subscribe();
      source.next(1);
      await turn();
      source.next(2);
      await turn();
      subscription.unsubscribe();
      scheduler.flush();
      await turn();
      expect(batches).toEqual([[1]]);
    });
  });
});
