import { upperTailOfF } from './f-distribution.js';

/** How one day of counts compares with reference days. */
export interface CountComparison {
  /** Population stability index: Σ (p − q) ln(p/q) over the bins; 0 for equal shares. */
  readonly psi: number;
  /** Chance of a day as far off when nothing has changed, 0 … 1. */
  readonly pValue: number;
  /** How many times as much a reference day differs from the others as independent documents would; at least 1. */
  readonly dispersion: number;
  readonly bins: number;
}

/** Where all the reference lies in one bin, nothing tells how its days differ: documents then count as told three times each. */
const UNKNOWN_DISPERSION = 3;
/** Bins that are expected to hold fewer documents of the day are pooled. */
const MIN_EXPECTED = 5;

/**
 * Compares the counts of a day with those of reference days, bin by bin; null when no bin is large enough or fewer than two
 * reference days hold documents.
 *
 * For independent documents psi / (1/n + 1/N) follows χ² with (bins − 1) degrees (Yurdakul 2018). Documents come in stories and
 * by weekdays, so the days of the reference say by how much more a day differs; the ratio of the two is held against F.
 * `reference` holds one vector a day, as long as `observed`.
 */
export function compareCounts(
  reference: readonly (readonly number[])[],
  observed: readonly number[],
): CountComparison | null {
  const first = compareBins(reference, observed, MIN_EXPECTED);
  // Five documents of one story are one piece of news: where they come so, a bin needs as many pieces.
  return first === null ? null : compareBins(reference, observed, MIN_EXPECTED * first.dispersion);
}

function compareBins(
  reference: readonly (readonly number[])[],
  observed: readonly number[],
  minExpected: number,
): CountComparison | null {
  const sums = sumDays(reference, observed.length);
  const documents = sum(observed);
  const scale = documents / sum(sums);
  const large = sums.flatMap((count, bin) => (count * scale >= minExpected ? [bin] : []));
  const rest = sums.flatMap((_, bin) => (large.includes(bin) ? [] : [bin]));
  const expected = sumOf(sums, rest) * scale;
  const usual = poolsOf(large, rest, sums, expected >= minExpected);
  if (usual.length === 0) return null;
  const days = reference.map((day) => pool(day, usual)).filter((day) => sum(day) > 0);
  if (days.length < 2) return null;
  const dispersion = usual.length < 2 ? UNKNOWN_DISPERSION : dispersionOf(days);
  // What is new in the day counts by itself when it is more than one story; the reference then counts as having known some.
  const apart = Math.max(expected, sumOf(observed, rest)) >= minExpected;
  const pools = poolsOf(large, rest, sums, apart);
  const all = pool(sums, pools).map((count, at) =>
    apart && at === pools.length - 1 ? Math.max(count, minExpected / 2 / scale) : count,
  );
  const day = pool(observed, pools);
  const degrees = pools.length - 1;
  if (degrees === 0) return { psi: 0, pValue: 1, dispersion, bins: 1 };
  return {
    psi: stabilityIndex(day, all),
    pValue: upperTailOfF(
      scaledIndex(day, all) / degrees / dispersion,
      degrees,
      days.length * Math.max(1, usual.length - 1),
    ),
    dispersion,
    bins: pools.length,
  };
}

/** The population stability index of two vectors of counts; half a document more in each bin, so that none is empty. */
export function stabilityIndex(one: readonly number[], other: readonly number[]): number {
  const share = (counts: readonly number[], bin: number) =>
    ((counts[bin] ?? 0) + 0.5) / (sum(counts) + 0.5 * counts.length);
  return one.reduce((total, _, bin) => {
    const [p, q] = [share(one, bin), share(other, bin)];
    return total + (p - q) * Math.log(p / q);
  }, 0);
}

/** On the scale of χ² with (bins − 1) degrees for independent documents. */
function scaledIndex(day: readonly number[], reference: readonly number[]): number {
  return stabilityIndex(day, reference) / (1 / sum(day) + 1 / sum(reference));
}

/** Each reference day against the others; all have two bins or more. */
function dispersionOf(days: readonly (readonly number[])[]): number {
  const bins = days[0]?.length ?? 0;
  const all = sumDays(days, bins);
  const total = days.reduce((added, day) => {
    const others = all.map((count, bin) => count - (day[bin] ?? 0));
    return added + scaledIndex(day, others);
  }, 0);
  return Math.max(1, total / (days.length * (bins - 1)));
}

/** Which bins go together: each large one, and the rest apart or with the smallest of the large ones. */
function poolsOf(
  large: readonly number[],
  rest: readonly number[],
  reference: readonly number[],
  apart: boolean,
): readonly (readonly number[])[] {
  if (rest.length === 0) return large.map((bin) => [bin]);
  if (apart) return [...large.map((bin) => [bin]), rest];
  const size = (bin: number) => reference[bin] ?? 0;
  const [smallest, ...others] = [...large].sort((a, b) => size(a) - size(b));
  return smallest === undefined ? [] : [...others.map((bin) => [bin]), [smallest, ...rest]];
}

function pool(counts: readonly number[], pools: readonly (readonly number[])[]): readonly number[] {
  return pools.map((bins) => sumOf(counts, bins));
}

function sumOf(counts: readonly number[], bins: readonly number[]): number {
  return bins.reduce((total, bin) => total + (counts[bin] ?? 0), 0);
}

function sumDays(days: readonly (readonly number[])[], bins: number): readonly number[] {
  return Array.from({ length: bins }, (_, bin) => sum(days.map((day) => day[bin] ?? 0)));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
