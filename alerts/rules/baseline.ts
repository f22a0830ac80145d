import type { HourBucket } from '../../pipeline/core/store.js';
import type { NegativeSurgeRule } from './negative-surge-rule.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Pseudo-weight with which the market's negative share stands in for a name's own. */
const SHARE_PRIOR_WEIGHT = 5;
/** Days of evidence with which weekends are taken for ordinary days. */
const WEEKEND_PRIOR_DAYS = 1;
/** With less than this part of its usual the installation was not listening: an outage, a hole in a recording. */
const GAP_SHARE = 0.25;

export type HourSums = Omit<HourBucket, 'start'>;

/** Adds up the hours that start in [from, to). */
export function sumHours(hours: readonly HourBucket[], from: number, to: number): HourSums {
  const sums = { documents: 0, judged: 0, stories: 0, weight: 0, negativeWeight: 0, polaritySum: 0 };
  for (const hour of hours) {
    if (hour.start < from || hour.start >= to) continue;
    sums.documents += hour.documents;
    sums.judged += hour.judged;
    sums.stories += hour.stories;
    sums.weight += hour.weight;
    sums.negativeWeight += hour.negativeWeight;
    sums.polaritySum += hour.polaritySum;
  }
  return sums;
}

/** By arithmetic, as it is asked for every hour of four weeks of every name: the epoch began on a Thursday. */
function isWeekend(time: number): boolean {
  const day = (Math.floor(time / DAY_MS) + 4) % 7;
  return day === 0 || day === 6;
}

function weekendHours(from: number, to: number): number {
  let count = 0;
  for (let hour = from; hour < to; hour += HOUR_MS) if (isWeekend(hour)) count += 1;
  return count;
}

/** How the installation as a whole usually runs. */
export interface MarketRhythm {
  /** How much a day of the weekend brings, measured in weekdays; 1 when nothing is known. */
  readonly weekendRatio: number;
  /** Weight of an ordinary weekday; 0 when nothing is known. */
  readonly weekdayWeight: number;
}

/**
 * Learns the rhythm from the market's whole days before the window.
 *
 * Medians of what was said, not of what was bad, so that one loud day cannot make all others look like weekends.
 */
function marketRhythm(
  market: readonly HourBucket[],
  firstDocumentAt: number,
  windowFrom: number,
): MarketRhythm {
  const byDay = new Map<number, number>();
  for (const hour of market) {
    const day = Math.floor(hour.start / DAY_MS);
    byDay.set(day, (byDay.get(day) ?? 0) + hour.weight);
  }
  const earliest = market.reduce((first, hour) => Math.min(first, hour.start), windowFrom);
  const weekdays: number[] = [];
  const weekends: number[] = [];
  const firstWholeDay = Math.ceil(Math.max(earliest, firstDocumentAt) / DAY_MS);
  for (let day = firstWholeDay; day < Math.floor(windowFrom / DAY_MS); day += 1) {
    (isWeekend(day * DAY_MS) ? weekends : weekdays).push(byDay.get(day) ?? 0);
  }
  const weekdayWeight = median(weekdays);
  if (weekdayWeight <= 0) return { weekendRatio: 1, weekdayWeight: 0 };
  const ratio = Math.min(2, median(weekends) / weekdayWeight);
  const days = weekends.length;
  return {
    weekendRatio: (days * ratio + WEEKEND_PRIOR_DAYS) / (days + WEEKEND_PRIOR_DAYS),
    weekdayWeight,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

/** The cap on a past day: what lies above it was itself a surge and must not teach the next one to be normal. */
function surgeCap(mean: number): number {
  return mean + 3 * Math.sqrt(mean * (1 + 0.3 * mean) + 0.5);
}

/** What every series is held against; the same for all of a tick, so it is computed once. */
export interface MarketView extends MarketRhythm {
  /** Index 0 is the day that ends where the window starts. */
  readonly days: readonly { readonly weight: number }[];
  readonly usualShare: number;
}

export function viewMarket(input: {
  readonly market: readonly HourBucket[];
  readonly rule: NegativeSurgeRule;
  readonly from: number;
  readonly firstDocumentAt: number;
}): MarketView {
  const { market, rule, from, firstDocumentAt } = input;
  const usual = sumHours(market, 0, from);
  return {
    ...marketRhythm(market, firstDocumentAt, from),
    days: dailySums(market, rule, from),
    usualShare: usual.weight > 0 ? usual.negativeWeight / usual.weight : 1 / 3,
  };
}

/**
 * What the series' own earlier days make us expect of the window.
 *
 * Days are counted back from the start of the window, so nothing of the window is in them; day i counts e^(−i/fade);
 * days before the installation's first document, and days on which the whole installation brought less than a quarter of
 * its usual, do not exist: no data is not zero. A day g (1 on weekdays, the weekend
 * ratio on weekends, mixed between) long brings g times as much:
 * μ = g_now · (priorDays · prior + Σ w_i · min(y_i, cap_i)) / (priorDays + Σ w_i · g_i).
 */
export function expectNegatives(input: {
  readonly hours: readonly HourBucket[];
  readonly view: MarketView;
  readonly rule: NegativeSurgeRule;
  readonly from: number;
  readonly firstDocumentAt: number;
}): { readonly mean: number; readonly share: number } {
  const { hours, view, rule, from, firstDocumentAt } = input;
  const { weekendRatio, weekdayWeight, usualShare } = view;
  const lengthOf = (start: number, hoursLong: number) => {
    const quiet = weekendHours(start, start + hoursLong * HOUR_MS);
    return (hoursLong - quiet + weekendRatio * quiet) / 24;
  };
  const days = dailySums(hours, rule, from);
  let mass = rule.priorDays * rule.priorNegative;
  let exposure = rule.priorDays;
  let running = rule.priorNegative;
  let seen = rule.priorDays;
  let negative = 0;
  let weight = 0;
  for (let age = rule.baselineDays - 1; age >= 0; age -= 1) {
    const start = from - (age + 1) * DAY_MS;
    const day = days[age];
    const length = lengthOf(start, 24);
    const gap = (view.days[age]?.weight ?? 0) < GAP_SHARE * length * weekdayWeight;
    if (day === undefined || gap || start < firstDocumentAt) continue;
    const capped = Math.min(day.negativeWeight, surgeCap(running * length));
    const fade = Math.exp(-age / rule.fadeDays);
    mass += fade * capped;
    exposure += fade * length;
    running = (seen * running + capped) / (seen + length);
    seen += length;
    negative += fade * day.negativeWeight;
    weight += fade * day.weight;
  }
  const share = (negative + SHARE_PRIOR_WEIGHT * usualShare) / (weight + SHARE_PRIOR_WEIGHT);
  // Never exactly 0 or 1, so that the share's deviation stays defined.
  return {
    mean: Math.max(0.3, (lengthOf(from, rule.windowHours) * mass) / exposure),
    share: Math.min(0.95, Math.max(0.02, share)),
  };
}

/** Weighted mass of each day before the window; index 0 is the day that ends where the window starts. */
function dailySums(
  hours: readonly HourBucket[],
  rule: NegativeSurgeRule,
  from: number,
): { negativeWeight: number; weight: number }[] {
  const days = Array.from({ length: rule.baselineDays }, () => ({ negativeWeight: 0, weight: 0 }));
  for (const hour of hours) {
    const day = days[Math.floor((from - 1 - hour.start) / DAY_MS)];
    if (hour.start >= from || day === undefined) continue;
    day.negativeWeight += hour.negativeWeight;
    day.weight += hour.weight;
  }
  return days;
}
