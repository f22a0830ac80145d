import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';

import { collectBatches } from '../../../../pipeline/operators/collect-batches.js';

function marbles(
  run: (helpers: Parameters<Parameters<TestScheduler['run']>[0]>[0], scheduler: TestScheduler) => void,
): void {
  const scheduler = new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
  scheduler.run((helpers) => {
    run(helpers, scheduler);
  });
}

const batches = { x: ['a', 'b', 'c'], y: ['d'], z: ['a', 'b'] };

describe('collectBatches', () => {
  it('closes a batch when it is full and flushes the rest at the end', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const source = cold('(abcd|)');
      expectObservable(source.pipe(collectBatches({ maxCount: 3, maxAgeMs: 10, scheduler }))).toBe(
        '(xy|)',
        batches,
      );
    });
  });

  it('closes a batch when its first item is old enough, whatever still arrives', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const source = cold('a-b 8ms c---|');
      const result = source.pipe(collectBatches({ maxCount: 9, maxAgeMs: 5, scheduler }));
      expectObservable(result).toBe('-----z 5ms ----(c|)', { ...batches, c: ['c'] });
    });
  });

  it('emits nothing for an empty source and completes with it', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      expectObservable(cold('---|').pipe(collectBatches({ maxCount: 2, maxAgeMs: 5, scheduler }))).toBe(
        '---|',
      );
      expectObservable(cold('-').pipe(collectBatches({ maxCount: 2, maxAgeMs: 5, scheduler }))).toBe('-');
    });
  });

  it('drops the open batch on an error, because the log still has its messages', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      expectObservable(cold('ab#').pipe(collectBatches({ maxCount: 9, maxAgeMs: 5, scheduler }))).toBe('--#');
    });
  });

  it('leaves no timer and no subscription behind when it is unsubscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const source = cold('a------b|');
      expectObservable(source.pipe(collectBatches({ maxCount: 9, maxAgeMs: 20, scheduler })), '---!').toBe(
        '---',
      );
      expectSubscriptions(source.subscriptions).toBe('^--!');
      flush();
    });
  });
});
