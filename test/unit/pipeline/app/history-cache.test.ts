import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createHistoryCache } from '../../../../pipeline/app/history-cache.js';
import type { HistoryReader, HourBucket } from '../../../../pipeline/core/store.js';

const HOUR = 3_600_000;

/** A history that is counted afresh from its rows for every question. */
function countingHistory() {
  const rows: { series: string; time: number }[] = [];
  let reads = 0;
  const reader: HistoryReader = {
    activeSeries(from, to) {
      return Promise.resolve([
        ...new Set(rows.filter((row) => row.time >= from && row.time < to).map((row) => row.series)),
      ]);
    },
    hours(series, from, to) {
      reads += 1;
      return Promise.resolve(
        new Map(
          series.map((key) => {
            const buckets = new Map<number, HourBucket>();
            for (const row of rows) {
              if (row.series !== key || row.time < from || row.time >= to) continue;
              const start = Math.floor(row.time / HOUR) * HOUR;
              const documents = (buckets.get(start)?.documents ?? 0) + 1;
              buckets.set(start, {
                start,
                documents,
                judged: documents,
                stories: 1,
                weight: 1,
                negativeWeight: 1,
                polaritySum: 0,
              });
            }
            return [key, [...buckets.values()].sort((a, b) => a.start - b.start)];
          }),
        ),
      );
    },
    evidence: () => Promise.resolve([]),
    firstDocumentAt: () => Promise.resolve(0),
  };
  return { rows, reader, reads: () => reads };
}

describe('the history cache', () => {
  it('answers as the store does after any mixture of documents and questions', async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('add' as const),
        series: fc.constantFrom('a', 'b', 'c'),
        hour: fc.integer({ min: 0, max: 1500 }),
      }),
      fc.record({
        kind: fc.constant('ask' as const),
        at: fc.integer({ min: 800, max: 1500 }),
        back: fc.integer({ min: 1, max: 700 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { rows, reader } = countingHistory();
        const cache = createHistoryCache(reader);
        for (const item of steps) {
          if (item.kind === 'add') {
            rows.push({ series: item.series, time: item.hour * HOUR });
            cache.touch([{ series: item.series, time: item.hour * HOUR }]);
            continue;
          }
          const [from, to] = [(item.at - item.back) * HOUR, item.at * HOUR];
          expect([...(await cache.activeSeries(from, to))].sort()).toEqual(
            [...(await reader.activeSeries(from, to))].sort(),
          );
          expect(await cache.hours(['a', 'b', 'c'], from, to)).toEqual(
            await reader.hours(['a', 'b', 'c'], from, to),
          );
        }
      }),
      { numRuns: 150 },
    );
  });

  it('does not read the store again when nothing changed', async () => {
    const { rows, reader, reads } = countingHistory();
    rows.push({ series: 'a', time: 5 * HOUR });
    const cache = createHistoryCache(reader);
    await cache.hours(['a'], 0, 10 * HOUR);
    const after = reads();
    for (let hour = 11; hour < 40; hour += 1) await cache.hours(['a'], HOUR, hour * HOUR);
    expect(reads()).toBe(after);
  });

  it('remembers what changed when the store could not be read', async () => {
    const { rows, reader } = countingHistory();
    let broken = false;
    const cache = createHistoryCache({
      ...reader,
      hours: (series, from, to) =>
        broken ? Promise.reject(new Error('busy')) : reader.hours(series, from, to),
    });
    rows.push({ series: 'a', time: 0 });
    await cache.hours(['a'], 0, 10 * HOUR);
    for (const hour of [5, 7]) rows.push({ series: 'a', time: hour * HOUR });
    cache.touch([5, 7].map((hour) => ({ series: 'a', time: hour * HOUR })));
    broken = true;
    await expect(cache.hours(['a'], 0, 10 * HOUR)).rejects.toThrow('busy');
    broken = false;
    expect(await cache.hours(['a'], 0, 10 * HOUR)).toEqual(await reader.hours(['a'], 0, 10 * HOUR));
  });
});
