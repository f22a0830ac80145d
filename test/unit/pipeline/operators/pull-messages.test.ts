import { toArray, lastValueFrom, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';

import type { LogMessage, LogReader, PullLimits } from '../../../../pipeline/core/log.js';
import { UnavailableError } from '../../../../pipeline/core/errors.js';
import { createCredit } from '../../../../pipeline/operators/credit.js';
import { pullMessages } from '../../../../pipeline/operators/pull-messages.js';

const message = (offset: number): LogMessage => ({
  partition: 0,
  offset,
  key: 'k',
  value: new Uint8Array(10),
  appendedAt: 0,
});

function readerOf(count: number, onPull: (limits: PullLimits) => void = () => undefined): LogReader {
  let next = 0;
  return {
    pull(limits) {
      onPull(limits);
      const size = Math.min(limits.maxMessages, count - next);
      const batch = Array.from({ length: size }, (_, index) => message(next + index));
      next += size;
      // An empty log waits before it answers; here one turn of the event loop.
      if (size === 0) return new Promise((resolve) => setImmediate(resolve, batch));
      return Promise.resolve(batch);
    },
    commit: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

describe('pullMessages', () => {
  it('emits in order and never holds more than the credit allows', async () => {
    const credit = createCredit({ maxMessages: 5, maxBytes: 1_000 });
    const abort = new AbortController();
    let most = 0;
    const messages = await lastValueFrom(
      pullMessages({ reader: readerOf(23), credit, maxPerPull: 3, signal: abort.signal }).pipe(
        tap(({ offset }) => {
          most = Math.max(most, credit.messages);
          // Finishing is asynchronous, as it is in the service.
          setImmediate(() => {
            credit.give(1, 10);
            if (offset === 22) abort.abort();
          });
        }),
        toArray(),
      ),
    );
    expect(messages.map((item) => item.offset)).toEqual(Array.from({ length: 23 }, (_, index) => index));
    expect(most).toBeLessThanOrEqual(5);
    expect(credit.messages).toBe(0);
  });

  it('waits for bytes as well as for messages', async () => {
    const credit = createCredit({ maxMessages: 100, maxBytes: 25 });
    const abort = new AbortController();
    const pulls: number[] = [];
    const pulled = lastValueFrom(
      pullMessages({
        reader: readerOf(3, ({ maxBytes }) => pulls.push(maxBytes)),
        credit,
        maxPerPull: 1,
        signal: abort.signal,
      }).pipe(
        tap(({ offset }) => {
          if (offset === 2) abort.abort();
        }),
        toArray(),
      ),
    );
    expect((await pulled).length).toBe(3);
    expect(pulls).toEqual([25, 15, 5]);
  });

  it('errors when the log does', async () => {
    const reader: LogReader = {
      ...readerOf(0),
      pull: () => Promise.reject(new UnavailableError('log_gone', 'The log is gone.')),
    };
    const credit = createCredit({ maxMessages: 5, maxBytes: 1_000 });
    const pulled = lastValueFrom(
      pullMessages({ reader, credit, maxPerPull: 3, signal: new AbortController().signal }),
    );
    await expect(pulled).rejects.toThrow('The log is gone.');
  });
});
