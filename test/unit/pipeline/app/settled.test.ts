import fc from 'fast-check';
import { expect, it } from 'vitest';

import { createSettledClock, SETTLED_MARGIN_MS } from '../../../../pipeline/app/settled.js';
import { RAW_TOPIC } from '../../../../pipeline/core/log.js';
import type { StoreBatch } from '../../../../pipeline/core/store.js';
import { fakeClock } from '../../../support/ingest.js';

interface Raw {
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: number;
}

/** A log of two partitions and a store that a test moves by hand. */
function scene(active = true) {
  const clock = fakeClock('2026-03-02T00:00:00.000Z');
  const raw: Raw[][] = [[], []];
  const understood = [0, 0];
  const scored: Raw[] = [];
  let stored = 0;
  let published: number | null = null;
  let openSince: number | null = null;
  const state = {
    readSettledUntil: () => Promise.resolve(published),
    writeSettledUntil: (time: number) => {
      published = time;
      return Promise.resolve();
    },
    openSince: () => openSince,
  };
  const ends = (topic: string) =>
    topic === RAW_TOPIC ? raw.map((records) => records.length) : [scored.length];
  const done = (topic: string) => (topic === RAW_TOPIC ? understood : [stored]);
  const positions = (offsets: readonly number[]) =>
    Promise.resolve(offsets.map((offset, partition) => ({ partition, offset })));
  const log = {
    endPositions: (topic: string) => positions(ends(topic)),
    committedPositions: (topic: string) => positions(done(topic)),
  };
  const open = () => createSettledClock({ log, clock, state, active: () => active });
  let settled = open();
  return {
    clock,
    state,
    get settled() {
      return settled;
    },
    write(since: number | null) {
      openSince = since;
    },
    restart: () => {
      settled = open();
    },
    append(partition: number) {
      const records = raw[partition] ?? [];
      records.push({ partition, offset: records.length, appendedAt: clock.now() });
    },
    understand(partition: number) {
      const next = raw[partition]?.[understood[partition] ?? 0];
      if (next === undefined) return;
      scored.push(next);
      understood[partition] = next.offset + 1;
    },
    store() {
      const next = scored[stored];
      if (next === undefined) return;
      stored += 1;
      settled.stored([{ versions: [{ raw: next, knownAt: next.appendedAt }] } as unknown as StoreBatch]);
    },
    /** When the oldest document that is not stored yet was accepted. */
    oldestMissing: () =>
      raw
        .flat()
        .filter((record) => !scored.slice(0, stored).includes(record))
        .reduce((oldest, record) => Math.min(oldest, record.appendedAt), Infinity),
  };
}

it('is the present, less a margin, when nothing is on its way', async () => {
  const { settled, clock } = scene();
  await settled.look();
  expect(settled.until).toBe(clock.now() - SETTLED_MARGIN_MS);
});

it('follows the newest stored document while others are on their way, over all partitions', async () => {
  const world = scene();
  world.append(0);
  world.append(1);
  world.understand(0);
  world.store();
  await world.clock.sleep(60_000);
  await world.settled.look();
  expect(world.settled.until).toBeNull();
  world.append(0);
  world.understand(1);
  world.store();
  await world.settled.look();
  expect(world.settled.until).toBe(world.clock.now() - 60_000 - 1);
});

it('does not pass the time of an alert or a re-score that is being written', async () => {
  const world = scene();
  const { settled, clock } = world;
  const begun = clock.now();
  world.write(begun);
  await clock.sleep(60_000);
  await settled.look();
  expect(settled.until).toBe(begun - 1);
  world.write(null);
  await settled.look();
  expect(settled.until).toBe(clock.now() - SETTLED_MARGIN_MS);
});

it('is read, and never written, where another process stores', async () => {
  const { settled, state } = scene(false);
  await settled.look();
  expect(settled.until).toBeNull();
  await state.writeSettledUntil(5);
  await settled.look();
  expect(settled.until).toBe(5);
});

it('never goes back and never passes a document that is not stored, whatever happens in whatever order', async () => {
  const step = fc.record({
    what: fc.constantFrom('append', 'append', 'understand', 'store', 'look', 'look', 'restart'),
    partition: fc.integer({ min: 0, max: 1 }),
    waitMs: fc.constantFrom(0, 1, 900, 7_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const world = scene();
      let before = -Infinity;
      for (const { what, partition, waitMs } of steps) {
        await world.clock.sleep(waitMs);
        if (what === 'append') world.append(partition);
        if (what === 'understand') world.understand(partition);
        if (what === 'store') world.store();
        if (what === 'restart') {
          world.restart();
          before = -Infinity;
        }
        if (what === 'look') await world.settled.look();
        const until = world.settled.until ?? -Infinity;
        expect(until).toBeGreaterThanOrEqual(before);
        expect(until).toBeLessThan(world.oldestMissing());
        before = until;
      }
    }),
    { numRuns: 300 },
  );
});
