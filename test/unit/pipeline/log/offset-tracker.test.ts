import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OffsetTracker } from '../../../../pipeline/log/offset-tracker.js';

const at = (offset: number, partition = 0) => ({ partition, offset });

describe('OffsetTracker', () => {
  it('has nothing to commit before anything was pulled', () => {
    expect(new OffsetTracker().committable()).toEqual([]);
  });

  it('waits for the lowest unfinished offset', () => {
    const tracker = new OffsetTracker();
    for (const offset of [5, 6, 7]) tracker.track(at(offset));
    tracker.finish(at(6));
    tracker.finish(at(7));
    expect(tracker.committable()).toEqual([at(5)]);
    tracker.finish(at(5));
    expect(tracker.committable()).toEqual([at(8)]);
  });

  it('passes over offsets that never came', () => {
    const tracker = new OffsetTracker();
    tracker.track(at(1));
    tracker.track(at(4));
    tracker.finish(at(1));
    expect(tracker.committable()).toEqual([at(4)]);
    tracker.finish(at(4));
    expect(tracker.committable()).toEqual([at(5)]);
  });

  it('refuses what cannot be: the same offset twice, and a finish without a start', () => {
    const tracker = new OffsetTracker();
    tracker.track(at(0));
    expect(() => tracker.track(at(0))).toThrow('tracked twice');
    expect(() => tracker.finish(at(1))).toThrow('not in progress');
    tracker.finish(at(0));
    expect(() => tracker.finish(at(0))).toThrow('not in progress');
    expect(() => tracker.finish(at(0, 3))).toThrow('not in progress');
  });

  it('agrees with a plain list for every order of finishing', () => {
    const scenario = fc
      .array(fc.record({ partition: fc.nat(2), step: fc.integer({ min: 1, max: 3 }) }), { maxLength: 60 })
      .chain((steps) =>
        fc.tuple(
          fc.constant(steps),
          fc.array(fc.nat(200), { minLength: steps.length, maxLength: steps.length }),
        ),
      );
    fc.assert(
      fc.property(scenario, ([steps, order]) => {
        const tracker = new OffsetTracker();
        const unfinished: { partition: number; offset: number }[] = [];
        const ends = new Map<number, number>();
        const check = () => {
          const expected = [...ends].map(([partition, end]) => {
            const open = unfinished.filter((position) => position.partition === partition);
            return at(Math.min(end, ...open.map(({ offset }) => offset)), partition);
          });
          expect(tracker.committable()).toEqual(expected);
        };
        const finishOne = (pick: number) => {
          const [position] = unfinished.splice(pick % unfinished.length, 1);
          if (position !== undefined) tracker.finish(position);
        };
        steps.forEach(({ partition, step }, index) => {
          const offset = (ends.get(partition) ?? 10) + step - 1;
          tracker.track(at(offset, partition));
          unfinished.push(at(offset, partition));
          ends.set(partition, offset + 1);
          if (index % 3 === 2) finishOne(order[index] ?? 0);
          check();
        });
        for (const pick of order) {
          if (unfinished.length > 0) finishOne(pick);
          check();
        }
      }),
    );
  });
});
