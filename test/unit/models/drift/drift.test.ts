import { describe, expect, it } from 'vitest';

import { compareCounts, stabilityIndex } from '../../../../models/drift/compare-counts.js';
import { upperTailOfF } from '../../../../models/drift/f-distribution.js';
import {
  FALSE_ALARMS_A_DAY,
  judgeDay,
  referenceDays,
  type DriftCount,
} from '../../../../models/drift/judge-day.js';
import { createRandom } from '../../../../models/seeded-random.js';

const TOPICS = ['earnings', 'analyst', 'mna', 'macro', 'markets', 'other'];
const USUAL = [0.3, 0.2, 0.1, 0.15, 0.2, 0.05];
const LABELS = ['negative', 'neutral', 'positive'];

type Random = () => number;
const dayOf = (number: number) => new Date(Date.UTC(2026, 2, 1 + number)).toISOString().slice(0, 10);
function pick<T>(random: Random, values: readonly T[], shares: readonly number[]): T {
  let lot = random();
  for (const [at, share] of shares.entries()) {
    lot -= share;
    if (lot < 0) return values[at]!;
  }
  return values.at(-1)!;
}

interface Row {
  readonly topic: string;
  readonly label: string;
  readonly confidence: string;
}
/** A pool of documents; days are drawn from it, whole stories of up to `copies` documents at a time. */
function makePool(random: Random): readonly Row[] {
  return Array.from({ length: 3_000 }, () => {
    const topic = pick(random, TOPICS, USUAL);
    const label = pick(random, LABELS, topic === 'macro' ? [0.4, 0.4, 0.2] : [0.2, 0.5, 0.3]);
    const confidence = String(Math.min(9, Math.floor(10 * Math.sqrt(random()))));
    return { topic, label, confidence };
  });
}
function drawDay(random: Random, pool: readonly Row[], documents: number, copies: number): readonly Row[] {
  const rows: Row[] = [];
  while (rows.length < documents) {
    const row = pool[Math.floor(random() * pool.length)]!;
    for (let copy = 1 + Math.floor(random() * copies); copy > 0; copy -= 1) rows.push(row);
  }
  return rows.slice(0, documents);
}
function countDay(rows: readonly Row[], day: string, language: string): readonly DriftCount[] {
  return (['topic', 'label', 'confidence'] as const).flatMap((measure) => {
    const bins = new Map<string, number>();
    for (const row of rows) bins.set(row[measure], (bins.get(row[measure]) ?? 0) + 1);
    return [...bins].map(([bin, documents]) => ({ language, kind: 'news', measure, day, bin, documents }));
  });
}

/** Share of days with an alarm, and of looks whose chance is below 1 %, of an installation that has not changed. */
function falseAlarms(seed: number, copies: number, rounds: number) {
  const random = createRandom(seed);
  let [alarms, unlikely, looks] = [0, 0, 0];
  for (let round = 0; round < rounds; round += 1) {
    const pool = makePool(random);
    const counts = ['en', 'zh'].flatMap((language) =>
      Array.from({ length: 15 }, (_, day) =>
        countDay(drawDay(random, pool, 150 + Math.floor(random() * 150), copies), dayOf(day), language),
      ).flat(),
    );
    const found = judgeDay(counts, dayOf(14));
    expect(found).toHaveLength(6);
    if (found.some(({ state }) => state === 'drifted')) alarms += 1;
    looks += found.length;
    unlikely += found.filter(({ pValue }) => pValue !== null && pValue < 0.01).length;
  }
  return { alarms: alarms / rounds, unlikely: unlikely / looks };
}

describe('the stability index', () => {
  it('is 0 for equal shares, and what the textbook says for others', () => {
    expect(stabilityIndex([50, 50], [500, 500])).toBeCloseTo(0, 9);
    const expected = 0.2 * Math.log(0.6 / 0.4) * 2;
    expect(stabilityIndex([6e6, 4e6], [4e6, 6e6])).toBeCloseTo(expected, 4);
  });

  it('is held against F: tails as in scipy.stats.f.sf', () => {
    for (const [ratio, a, b, tail] of [
      [2.5, 5, 70, 0.03849490918615803],
      [4, 9, 126, 0.00016179914541339157],
      [1, 2, 28, 0.3806403926722973],
      [8, 2, 28, 0.0017859733247265095],
    ] as const)
      expect(upperTailOfF(ratio, a, b)).toBeCloseTo(tail, 10);
  });

  it('has nothing to say of too little, and sees what the reference never held', () => {
    expect(compareCounts([[1, 1]], [1, 1])).toBeNull();
    expect(compareCounts([], [])).toBeNull();
    const known = Array.from({ length: 14 }, () => [100, 0]);
    expect(compareCounts(known, [50, 50])?.pValue).toBeLessThan(0.0001);
    expect(compareCounts(known, [96, 4])?.pValue).toBe(1);
    expect(
      compareCounts(
        [
          [100, 0],
          [100, 0],
        ],
        [100, 0],
      ),
    ).toMatchObject({ psi: 0, pValue: 1 });
  });
});

describe('a day that is judged', () => {
  it('raises a false alarm once in a hundred days at most, whether documents come alone or in stories', () => {
    const alone = falseAlarms(1, 1, 150);
    const stories = falseAlarms(2, 5, 150);
    for (const { alarms, unlikely } of [alone, stories]) {
      // 0 and 0.01 in 500 days; of 150 days chance may bring two more.
      expect(alarms).toBeLessThanOrEqual(FALSE_ALARMS_A_DAY + 2 / 150);
      // The chance itself is honest too, without the least size of a difference.
      expect(unlikely).toBeLessThan(0.02);
    }
  }, 120_000);

  it('is an alarm when a fifth of the documents speak of something else, and names what has moved', () => {
    const random = createRandom(5);
    let [alarms, named] = [0, 0];
    for (let round = 0; round < 100; round += 1) {
      const pool = makePool(random);
      const days = Array.from({ length: 14 }, (_, day) =>
        countDay(drawDay(random, pool, 200, 3), dayOf(day), 'zh'),
      );
      const changed = drawDay(random, pool, 200, 3).map((row) =>
        random() < 0.2 ? { ...row, topic: 'crypto' } : row,
      );
      const found = judgeDay([...days.flat(), ...countDay(changed, dayOf(14), 'zh')], dayOf(14));
      const drifted = found.filter(({ state }) => state === 'drifted');
      if (drifted.some(({ measure }) => measure === 'topic')) alarms += 1;
      if (drifted[0]?.moved[0]?.bin === 'crypto') named += 1;
    }
    expect(alarms).toBeGreaterThanOrEqual(85);
    expect(named).toBe(alarms);
  });

  it('says that it learns, or that there are too few documents, instead of guessing', () => {
    const random = createRandom(9);
    const pool = makePool(random);
    const days = (count: number, documents: number) =>
      Array.from({ length: count }, (_, day) =>
        countDay(drawDay(random, pool, documents, 1), dayOf(day), 'en'),
      ).flat();
    const states = (counts: readonly DriftCount[], day: number) =>
      judgeDay(counts, dayOf(day)).map(({ state, psi }) => [state, psi]);
    expect(states(days(6, 200), 5)).toEqual(Array(3).fill(['learning', null]));
    expect(states(days(12, 20), 11)).toEqual(Array(3).fill(['learning', null]));
    const few = countDay(drawDay(random, pool, 40, 1), dayOf(20), 'en');
    expect(states([...days(14, 200), ...few], 20)).toEqual(Array(3).fill(['few', null]));
    expect(judgeDay(days(14, 200), dayOf(30))).toEqual([]);
    expect(referenceDays(['c', 'a', 'b', 'a'], 'c')).toEqual(['a', 'b']);
  });
});
