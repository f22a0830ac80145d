import { describe, expect, it } from 'vitest';
import {
  createBudget,
  createPatience,
  ownThread,
  processorMs,
  startStopwatch,
} from '../../../../ingest/parse-thread/processor-time.js';

/** Clocks that stand where they are put. */
function clocksAt(start: { wall: number; processor: number | null }) {
  const at = { ...start };
  return { at, clocks: { wallMs: () => at.wall, processorMs: () => at.processor } };
}

describe('the budget of processor time', () => {
  it.each<[string, number, number | null, boolean]>([
    ['is not spent by waiting for a processor', 10_000, 100, false],
    ['is spent by running', 900, 810, true],
    ['is spent by time that passes where nobody knows the processor time', 810, null, true],
    ['is spent by time that passes where the processor clock stands still', 810, 50, true],
  ])('%s', (_, wall, processor, spent) => {
    const { at, clocks } = clocksAt({ wall: 0, processor: processor === null ? null : 50 });
    const isSpent = createBudget(clocks, 800);
    at.wall = wall;
    at.processor = processor === null || processor === 50 ? processor : processor + 50;
    expect(isSpent()).toBe(spent);
  });

  it('asks the system only when the budget may be spent', () => {
    let asked = 0;
    const { at, clocks } = clocksAt({ wall: 0, processor: 0 });
    const isSpent = createBudget({ ...clocks, processorMs: () => ((asked += 1), at.wall / 4) }, 800);
    for (at.wall = 0; !isSpent(); at.wall += 1);
    expect(at.wall).toBeGreaterThanOrEqual(3_200);
    expect(asked).toBeLessThan(40);
  });

  it('is known for this thread on Linux', () => {
    const used = processorMs(ownThread());
    expect(used === null).toBe(process.platform !== 'linux');
    expect(processorMs('no-such/thread')).toBeNull();
  });
});

describe('the patience with a thread', () => {
  const waits = (wall: number, processor: number | null) => {
    const { at, clocks } = clocksAt({ wall: 0, processor: processor === null ? null : 0 });
    const moreMs = createPatience(startStopwatch(clocks), 1_200);
    at.wall = wall;
    at.processor = processor;
    return moreMs();
  };
  it.each<[string, number, number | null, number]>([
    ['ends when the thread had its time', 1_200, 1_200, 0],
    ['ends on an idle machine, a little of whose time went into collecting memory', 1_200, 1_000, 0],
    ['ends where nobody knows the processor time', 1_200, null, 0],
    ['goes on while other work holds the thread up', 1_200, 300, 900],
    ['ends after twenty times the deadline', 24_000, 300, 0],
  ])('%s', (_, wall, processor, more) => {
    expect(waits(wall, processor)).toBe(more);
  });
});
