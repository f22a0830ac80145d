import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from '../../../../alerts/rules/default-rules.js';
import {
  baselineStartAt,
  evaluateNegativeSurge,
  hasSubstance,
  windowStartAt,
} from '../../../../alerts/rules/evaluate-negative-surge.js';
import type { Evaluation } from '../../../../pipeline/core/alert.js';
import type { HourBucket } from '../../../../pipeline/core/store.js';
import { DAY_MS, HOUR_MS, START, hourBucket } from '../../../support/alerts.js';

const rule = DEFAULT_RULES.find((candidate) => candidate.series === 'instruments')!;

/** One document every three hours, a fifth negative. */
function calmHours(from: number, to: number): HourBucket[] {
  const hours: HourBucket[] = [];
  for (let start = from; start < to; start += 3 * HOUR_MS) hours.push(hourBucket(start));
  return hours;
}

function evaluate(hours: readonly HourBucket[], now: number, changes: Partial<typeof rule> = {}) {
  return evaluateNegativeSurge({
    hours,
    market: hours,
    rule: { ...rule, ...changes },
    now,
    firstDocumentAt: START,
  });
}

describe('evaluateNegativeSurge', () => {
  it('answers nothing before the history is long enough', () => {
    const now = START + 7 * DAY_MS - 1;
    expect(evaluate(calmHours(START, now), now)).toBeNull();
    expect(evaluate(calmHours(START, now), now + 1)).not.toBeNull();
  });

  it('scores an ordinary day near zero and a surge far above the threshold', () => {
    const now = START + 15 * DAY_MS;
    const calm = calmHours(START, now);
    const ordinary = evaluate(calm, now);
    expect(ordinary?.expected).toBeCloseTo(1.5, 0);
    expect(Math.abs(ordinary?.score ?? 99)).toBeLessThan(1);
    const bad = hourBucket(now - 2 * HOUR_MS, { documents: 12, weight: 12, negativeWeight: 9 });
    const surge = evaluate([...calm, bad], now);
    expect(surge?.count).toBeCloseTo(10.6);
    expect(surge?.score).toBeGreaterThan(rule.fireAt + 1);
  });

  it('divides by the documents that were judged, in the mean and in what has to be there', () => {
    const now = START + 15 * DAY_MS;
    const window = (changes: Partial<HourBucket>) =>
      evaluate([...calmHours(START, now - DAY_MS), hourBucket(now - HOUR_MS, changes)], now);
    const read = { judged: 2, weight: 2, negativeWeight: 1.8, polaritySum: -1.6 };
    const flooded = window({ documents: 50, ...read })!;
    expect(flooded).toMatchObject({ documents: 50, judged: 2 });
    expect(flooded.polarity).toBeCloseTo(-0.8);
    expect(flooded.score).toBe(window({ documents: 2, ...read })?.score);
    expect(hasSubstance(flooded, rule)).toBe(false);
    const away = window({ documents: 9, judged: 0, weight: 0, negativeWeight: 0, polaritySum: 0 });
    expect(away?.polarity).toBeNull();
    const ofRelease01 = JSON.parse(JSON.stringify({ ...flooded, judged: undefined })) as Evaluation;
    expect(hasSubstance(ofRelease01, rule)).toBe(true);
  });

  it('expects the same whatever the window holds, because the baseline is strictly earlier', () => {
    const now = START + 20 * DAY_MS;
    const calm = calmHours(START, now);
    const surge = [...calm, hourBucket(windowStartAt(rule, now), { weight: 500, negativeWeight: 400 })];
    expect(evaluate(surge, now)?.expected).toBe(evaluate(calm, now)?.expected);
  });

  it('lets an earlier surge raise the expected only as far as the cap', () => {
    const now = START + 20 * DAY_MS;
    const calm = calmHours(START, now);
    const big = (mass: number) => hourBucket(now - 5 * DAY_MS, { weight: mass, negativeWeight: mass });
    const expected = evaluate(calm, now)?.expected ?? 0;
    const hundred = evaluate([...calm, big(100)], now)?.expected ?? 0;
    const thousand = evaluate([...calm, big(1000)], now)?.expected ?? 0;
    expect(hundred).toBeGreaterThan(expected);
    expect(hundred).toBeLessThan(expected * 1.6);
    expect(thousand).toBe(hundred);
  });

  it('does not take days before the first document for calm days', () => {
    const now = START + 8 * DAY_MS;
    const busy = calmHours(START, now).map((hour) => ({ ...hour, weight: 4, negativeWeight: 2 }));
    const market = calmHours(START - 20 * DAY_MS, now);
    const expectedSince = (firstDocumentAt: number) =>
      evaluateNegativeSurge({ hours: busy, market, rule, now, firstDocumentAt })?.expected ?? 0;
    expect(expectedSince(START)).toBeGreaterThan(expectedSince(START - 20 * DAY_MS) * 1.8);
  });

  it('does not take days on which the whole installation was silent for calm days', () => {
    const now = START + 18 * DAY_MS;
    const busy = calmHours(START, now).map((hour) => ({ ...hour, weight: 4, negativeWeight: 2 }));
    const outage = busy.filter(({ start }) => start < now - 6 * DAY_MS || start >= now - 3 * DAY_MS);
    const whole = evaluate(busy, now)?.expected ?? 0;
    expect(evaluate(outage, now)?.expected).toBeGreaterThan(whole * 0.85);
  });

  it('expects less of a weekend when the market is quiet at weekends', () => {
    const weekdaysOnly = calmHours(START, START + 27 * DAY_MS).filter(
      ({ start }) => ![0, 6].includes(new Date(start).getUTCDay()),
    );
    const busy = weekdaysOnly.map((hour) => ({ ...hour, weight: 4, negativeWeight: 2 }));
    const sunday = evaluate(busy, START + 21 * DAY_MS - DAY_MS / 2);
    const thursday = evaluate(busy, START + 25 * DAY_MS);
    expect(sunday?.expected).toBeLessThan((thursday?.expected ?? 0) * 0.5);
  });

  it('does not score more talk with an unusually low negative share', () => {
    const now = START + 20 * DAY_MS;
    const market = calmHours(START, now).map((hour) => ({ ...hour, negativeWeight: 0.5 }));
    const cheerful = hourBucket(now - HOUR_MS, { documents: 200, weight: 200, negativeWeight: 20 });
    const result = evaluate([...market, cheerful], now);
    expect(result?.score).toBeLessThanOrEqual(0);
  });

  it('asks of a name to stand out from what the whole market suffers', () => {
    const now = START + 20 * DAY_MS;
    const own = [
      ...calmHours(START, now),
      hourBucket(now - HOUR_MS, { documents: 9, weight: 9, negativeWeight: 7 }),
    ];
    const others = calmHours(START, now).map((hour) => ({ ...hour, weight: 5, negativeWeight: 1 }));
    const crash = hourBucket(now - HOUR_MS, { weight: 60, negativeWeight: 40 });
    const scoreAmong = (market: readonly HourBucket[]) =>
      evaluateNegativeSurge({ hours: own, market, rule, now, firstDocumentAt: START });
    const calm = scoreAmong([...own, ...others]);
    const stormy = scoreAmong([...own, ...others, crash]);
    expect(stormy?.expected).toBeGreaterThan((calm?.expected ?? 0) * 2);
    expect(stormy?.score).toBeLessThan((calm?.score ?? 0) - 1);
    // Its own surge is part of the market as well, and must not be held against it.
    expect(calm?.score).toBeCloseTo(scoreAmong([...calmHours(START, now), ...others])?.score ?? 0, 0);
  });

  it('holds the first fortnight to a higher bar', () => {
    const hours = calmHours(START, START + 30 * DAY_MS);
    const at = (days: number) => {
      const now = START + days * DAY_MS;
      const bad = hourBucket(now - 2 * HOUR_MS, { documents: 8, weight: 8, negativeWeight: 6 });
      return evaluate([...hours, bad], now)?.score ?? 0;
    };
    expect(at(14) - at(7)).toBeGreaterThan(0.25);
  });

  it('needs documents and mass, whatever the score', () => {
    const now = START + 15 * DAY_MS;
    const thin = evaluate([hourBucket(now - HOUR_MS, { documents: 2, weight: 2, negativeWeight: 1.9 })], now);
    expect(thin && hasSubstance(thin, rule)).toBe(false);
  });

  it('gives finite numbers for any hours, and never less for more bad news', () => {
    const hour = fc.record({
      start: fc.integer({ min: 0, max: 29 * 24 }).map((hours) => START + hours * HOUR_MS),
      weight: fc.double({ min: 0, max: 50, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(hour, { maxLength: 60 }), fc.integer({ min: 8, max: 30 }), (rows, days) => {
        const now = START + days * DAY_MS;
        const hours = rows.map(({ start, weight, share }) =>
          hourBucket(start, { weight, negativeWeight: weight * share }),
        );
        const before = evaluate(hours, now);
        const worse = evaluate([...hours, hourBucket(now - HOUR_MS, { weight: 5, negativeWeight: 5 })], now);
        for (const value of [before?.score, before?.expected, worse?.score])
          expect(Number.isFinite(value)).toBe(true);
        expect(worse?.score).toBeGreaterThanOrEqual((before?.score ?? 0) - 1e-9);
      }),
    );
  });

  it('reads whole hours: the running one and those before it', () => {
    expect(windowStartAt(rule, START)).toBe(START - DAY_MS);
    expect(windowStartAt(rule, START + 1)).toBe(START - DAY_MS + HOUR_MS);
    expect(baselineStartAt(rule, START)).toBe(START - 29 * DAY_MS);
  });
});

describe('default rules', () => {
  it.each(DEFAULT_RULES.map((known) => [known.id, known] as const))(
    'orders the scores of %s',
    (_id, known) => {
      expect(known.clearAt).toBeLessThan(known.pendingAt);
      expect(known.pendingAt).toBeLessThanOrEqual(known.fireAt);
      expect(known.fireAt).toBeLessThan(known.severity.high);
      expect(known.severity.high).toBeLessThan(known.severity.critical);
      expect(known.windowHours % 1).toBe(0);
    },
  );
});
