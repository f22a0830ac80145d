import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createWatermark } from '../../../../pipeline/core/watermark.js';

const DAY = 86_400_000;
const AHEAD = Date.UTC(2099, 0, 1);
const after = (...times: readonly number[]) => {
  const watermark = createWatermark();
  watermark.add(times);
  return watermark;
};

describe('the watermark of a stream', () => {
  it('is the newest of documents that confirm one another', () => {
    expect(after(1, 5, 3).time).toBe(5);
    expect(after(1, 5, 3, 20 * DAY).time).toBe(20 * DAY);
  });

  it('is not moved by one or two documents far ahead, wherever they stand', () => {
    expect(after(AHEAD, 1, 2, 3).time).toBe(3);
    expect(after(1, 2, 3, AHEAD, AHEAD + 1, 4).time).toBe(4);
    expect(after(1, 2, 3, AHEAD).final).toBe(3);
  });

  it('crosses a gap when three documents stand on the other side', () => {
    expect(after(1, 2, 3, 100 * DAY, 101 * DAY).time).toBe(3);
    expect(after(1, 2, 3, 100 * DAY, 101 * DAY, 102 * DAY).time).toBe(102 * DAY);
  });

  it('has a last word for a stream of one or two documents', () => {
    expect(after(7, 9).final).toBe(9);
    expect(after(7).time).toBeNull();
    expect(after(7).final).toBe(7);
    expect(after().final).toBeNull();
  });

  it('does not depend on portions, never goes back, and lone rows ahead never matter', () => {
    const times = fc.array(
      fc.integer({ min: 0, max: 400 }).map((day) => day * DAY),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 7 }), fc.nat({ max: 40 }), (stream, portion, place) => {
        const whole = after(...stream);
        const cut = createWatermark();
        let before = -Infinity;
        for (let at = 0; at < stream.length; at += portion) {
          cut.add(stream.slice(at, at + portion));
          expect(cut.time ?? -Infinity).toBeGreaterThanOrEqual(before);
          before = cut.time ?? -Infinity;
        }
        expect([cut.time, cut.final]).toEqual([whole.time, whole.final]);
        const disturbed = [...stream.slice(0, place), AHEAD, ...stream.slice(place)];
        expect(after(...disturbed).time).toBe(whole.time);
      }),
    );
  });
});
