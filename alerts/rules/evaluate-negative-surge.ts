import type { Evaluation } from '../../pipeline/core/alert.js';
import type { HourBucket } from '../../pipeline/core/store.js';
import { negativeBinomialTail, normalUpperQuantile } from './negative-binomial.js';
import type { NegativeSurgeRule } from './negative-surge-rule.js';
import { expectNegatives, sumHours, viewMarket, type MarketView } from './baseline.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Beyond this the tail says nothing more; it also keeps scores finite. */
const MAX_Z = 8;
/** Days over which the first alerts of a new installation are held to a higher bar. */
const COLD_START_DAYS = 14;
const COLD_START = 3;
/** Negative mass with which the rest of the market is taken to be as usual. */
const LIFT_PRIOR = 3;

/** How far the share of ordinary days wanders, as a part of π(1 − π). */
const SHARE_NOISE = 0.25;

export interface SurgeInput {
  /** Hours of the series, baseline and window, in any order. */
  readonly hours: readonly HourBucket[];
  /** The same of the market: it gives the weekend factor and the usual negative share. */
  readonly market: readonly HourBucket[];
  readonly rule: NegativeSurgeRule;
  readonly now: number;
  readonly firstDocumentAt: number;
}

/** Start of the trailing window at `now`: whole hours, the one that runs now included. */
export function windowStartAt(rule: Pick<NegativeSurgeRule, 'windowHours'>, now: number): number {
  return Math.ceil(now / HOUR_MS) * HOUR_MS - rule.windowHours * HOUR_MS;
}

/** Start of the history that an evaluation at `now` reads. */
export function baselineStartAt(rule: NegativeSurgeRule, now: number): number {
  return windowStartAt(rule, now) - rule.baselineDays * DAY_MS;
}

/** The market as an evaluation at `now` holds every series against it. */
export interface MarketSide {
  readonly view: MarketView;
  /** Negative mass that the market's own earlier days make us expect of the window. */
  readonly usual: number;
}

export function marketSideOf(input: Omit<SurgeInput, 'hours'>): MarketSide {
  const { market, rule, now, firstDocumentAt } = input;
  const from = windowStartAt(rule, now);
  const view = viewMarket({ market, rule, from, firstDocumentAt });
  return { view, usual: expectNegatives({ hours: market, view, rule, from, firstDocumentAt }).mean };
}

/**
 * Scores how unusual the negative mass of the trailing window is, or answers null while history is too short.
 *
 * With y = Σ weight · P(negative) and n = Σ weight in the window:
 * - μ is expected from strictly earlier days (`expectNegatives`); for a name it is multiplied by how many times as much
 *   bad news as usual the rest of the market has now, when that is more than once (`marketLift`);
 * - z_c = Φ⁻¹(1 − P(Y ≥ y)), Y negative binomial with mean μ and variance μ + φμ²;
 * - z_s = (y/n − π) / √(0.7·π(1 − π)/n + (0.25·π(1 − π))²), π the usual negative share, leaning on the market's;
 * - score = (z_c + k·z_s)/√(1 + k²) + 0.5·log₂(1 + (y − μ)⁺/unit) − 3·(1 − days/14)⁺.
 *
 * The excess term keeps large names, whose over-dispersion hides them, in sight; the last one is the cold start: a young
 * baseline knows little. When the share is unusually low (z_s ≤ −0.5) there is more talk, not more bad news: the score is
 * then at most 0. The forms come from a comparison of six detectors over recorded crises; README.md has the figures.
 */
export function evaluateNegativeSurge(
  input: SurgeInput,
  side: MarketSide = marketSideOf(input),
): Evaluation | null {
  const { hours, rule, now, firstDocumentAt } = input;
  const historyDays = (now - firstDocumentAt) / DAY_MS;
  if (historyDays < rule.minHistoryDays) return null;
  const from = windowStartAt(rule, now);
  const window = sumHours(hours, from, now);
  const own = expectNegatives({ hours, view: side.view, rule, from, firstDocumentAt });
  const y = window.negativeWeight;
  const lift = rule.series === 'market' ? 1 : marketLift(input, side, { y, mean: own.mean });
  const expectation = { mean: own.mean * lift, share: own.share };
  const zCount = clampZ(normalUpperQuantile(negativeBinomialTail(y, expectation.mean, rule.dispersion)));
  const zShare = shareScore(y, window.weight, expectation.share);
  const k = rule.shareWeight;
  const excess = 0.5 * Math.log2(1 + Math.max(0, y - expectation.mean) / rule.excessUnit);
  const coldStart = Math.max(0, COLD_START * (1 - historyDays / COLD_START_DAYS));
  const score = (zCount + k * zShare) / Math.sqrt(1 + k * k) + excess - coldStart;
  return {
    at: new Date(now).toISOString(),
    windowHours: rule.windowHours,
    documents: window.documents,
    judged: window.judged,
    stories: window.stories,
    count: y,
    expected: expectation.mean,
    score: zShare <= -0.5 ? Math.min(0, score) : score,
    threshold: rule.fireAt,
    polarity: window.judged === 0 ? null : window.polaritySum / window.judged,
    historyDays,
  };
}

/** Whether the window holds enough to begin an alert at all, whatever its score. */
export function hasSubstance(evaluation: Evaluation, rule: NegativeSurgeRule): boolean {
  const { documents, judged = documents, count } = evaluation;
  return judged >= rule.minDocuments && count >= rule.minNegative;
}

/**
 * How many times as much bad news as usual the rest of the market has; 1 in ordinary times.
 *
 * What everybody suffers is the market's alert, not one for each name: a name has to stand out from the others.
 */
function marketLift(
  { market, rule, now }: SurgeInput,
  { usual }: MarketSide,
  own: { readonly y: number; readonly mean: number },
): number {
  const rest = Math.max(0, sumHours(market, windowStartAt(rule, now), now).negativeWeight - own.y);
  const usualRest = Math.max(0, usual - own.mean);
  return Math.max(1, (rest + LIFT_PRIOR) / (usualRest + LIFT_PRIOR));
}

function shareScore(y: number, n: number, usual: number): number {
  if (n <= 0) return 0;
  const spread = usual * (1 - usual);
  return clampZ((y / n - usual) / Math.sqrt((0.7 * spread) / n + (SHARE_NOISE * spread) ** 2));
}

function clampZ(z: number): number {
  return Math.max(-MAX_Z, Math.min(MAX_Z, z));
}
