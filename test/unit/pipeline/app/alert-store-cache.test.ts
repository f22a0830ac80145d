import { describe, expect, it } from 'vitest';

import type { AlertEvent } from '../../../../pipeline/core/alert.js';
import type { AlertStore } from '../../../../pipeline/core/store.js';
import { createAlertStoreCache } from '../../../../pipeline/app/alert-store-cache.js';

function recordingStore() {
  const calls: string[] = [];
  const store: AlertStore = {
    appendEvents: (events) => {
      calls.push(`append ${events.length}`);
      return Promise.resolve();
    },
    openEvents: () => {
      calls.push('open');
      return Promise.resolve([]);
    },
    readEvaluatedUntil: () => {
      calls.push('read');
      return Promise.resolve(null);
    },
    writeEvaluatedUntil: (time) => {
      calls.push(`until ${time}`);
      return Promise.resolve();
    },
  };
  return { calls, store };
}
const event = { alertId: 'a', sequence: 0 } as AlertEvent;

describe('the alert store cache', () => {
  it('writes the position of the evaluation before an event and the one after it', async () => {
    const { calls, store } = recordingStore();
    const cache = createAlertStoreCache(store);
    for (const time of [1, 2, 3]) await cache.writeEvaluatedUntil(time);
    await cache.appendEvents([event]);
    await cache.writeEvaluatedUntil(4);
    expect(calls).toEqual(['until 3', 'append 1', 'until 4']);
  });

  it('asks the store for open alerts once, and again after an event', async () => {
    const { calls, store } = recordingStore();
    const cache = createAlertStoreCache(store);
    await cache.openEvents();
    await cache.openEvents();
    await cache.appendEvents([event]);
    await cache.openEvents();
    expect(calls.filter((call) => call === 'open')).toHaveLength(2);
  });

  it('writes a quiet stretch now and then, and what is left on flush', async () => {
    const { calls, store } = recordingStore();
    const cache = createAlertStoreCache(store);
    for (let time = 1; time <= 50; time += 1) await cache.writeEvaluatedUntil(time);
    expect(calls).toEqual(['until 48']);
    await cache.flush();
    expect(calls).toEqual(['until 48', 'until 50']);
    expect(await cache.readEvaluatedUntil()).toBe(50);
  });
});
