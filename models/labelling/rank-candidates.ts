import type { SentimentLabel } from '../../pipeline/core/taxonomy.js';
import { createRandom } from '../seeded-random.js';

/** Negative, neutral, positive; they sum to 1. */
export type Probabilities = Readonly<Record<SentimentLabel, number>>;

/** A text that might be labelled, with what is known of what that would be worth. */
export interface Candidate {
  readonly id: string;
  /** Texts of one story are asked about once. */
  readonly storyId: string;
  /** What the text says, for novelty: see `wordsOf`. */
  readonly words: readonly string[];
  readonly probabilities: Probabilities;
  /** What another model says; null without one. */
  readonly second: Probabilities | null;
  /** Alerts that quote it. */
  readonly alerts: number;
  /** Somebody said that the model was wrong there. */
  readonly refuted: boolean;
  /** Drawn by lot. */
  readonly drawn: boolean;
}

export const QUEUE_REASONS = [
  'verdict',
  'in_alert',
  'uncertain',
  'models_disagree',
  'new_words',
  'random',
] as const;
export type QueueReason = (typeof QUEUE_REASONS)[number];

export interface Ranked<T extends Candidate> {
  readonly candidate: T;
  /** Expected worth, 0 … 3.5; of those drawn by lot too. */
  readonly value: number;
  /** Why it stands here, the strongest first; never empty. */
  readonly reasons: readonly QueueReason[];
}

export const QUEUE_ORDERS = ['value', 'uncertainty', 'random'] as const;
export type QueueOrder = (typeof QUEUE_ORDERS)[number];

export interface RankOptions {
  readonly size: number;
  readonly by: QueueOrder;
  readonly seed: number;
  /** Share of the queue that is drawn by lot, so that what the model is sure of is looked at too. */
  readonly randomShare: number;
  /** The words of texts that are labelled already, for novelty. */
  readonly labelledWords: Iterable<readonly string[]>;
}

/** Above this a component is given as a reason. */
const WORTH_SAYING = 0.5;

/**
 * The texts to label next, most worth first, every n-th drawn by lot; of one story one. Deterministic for a seed.
 *
 * Worth = doubt + ½ for a place in an alert + 2 for a verdict against the model. Time: n · log n.
 */
export function rankCandidates<T extends Candidate>(
  candidates: readonly T[],
  options: RankOptions,
): readonly Ranked<T>[] {
  const { size, by, seed, randomShare } = options;
  const told = onePerStory(candidates);
  const lots = by === 'random' ? size : Math.round(size * randomShare);
  const drawn = draw(
    told.filter((candidate) => by === 'random' || candidate.drawn),
    lots,
    seed,
  );
  const taken = new Set(drawn.map(({ id }) => id));
  const rest = told.filter(({ id }) => !taken.has(id));
  const chosen = choose(rest, Math.min(size - drawn.length, rest.length), options);
  const lot = drawn.map((candidate) => ({
    candidate,
    value: worthOf(candidate, by),
    reasons: ['random'] as const,
  }));
  return interleave(chosen, lot);
}

/** What novelty counts: words of Latin letters, pairs of Han characters; each once, at most 200. */
export function wordsOf(text: string): readonly string[] {
  const words = new Set<string>();
  for (const [run] of text
    .slice(0, 2_000)
    .toLowerCase()
    .matchAll(/\p{Script=Han}+|(?:(?!\p{Script=Han})\p{L})+/gu)) {
    if (!/^\p{Script=Han}/u.test(run)) words.add(run);
    else for (let at = 0; at + 1 < run.length; at += 1) words.add(run.slice(at, at + 2));
    if (words.size >= 200) break;
  }
  return [...words];
}

/** 1 where the two likeliest classes are equally likely, 0 where one is certain. */
export function uncertaintyOf({ negative, neutral, positive }: Probabilities): number {
  const [first = 1, second = 0] = [negative, neutral, positive].sort((a, b) => b - a);
  return 1 - (first - second);
}

/** 0 where both say the same, 1 where they share nothing. */
export function disagreementOf(a: Probabilities, b: Probabilities): number {
  const apart =
    Math.abs(a.negative - b.negative) + Math.abs(a.neutral - b.neutral) + Math.abs(a.positive - b.positive);
  return apart / 2;
}

function onePerStory<T extends Candidate>(candidates: readonly T[]): readonly T[] {
  const stories = new Map<string, T>();
  for (const candidate of candidates)
    if (!stories.has(candidate.storyId)) stories.set(candidate.storyId, candidate);
  return [...stories.values()];
}

function draw<T>(candidates: readonly T[], count: number, seed: number): readonly T[] {
  const random = createRandom(seed);
  const pool = [...candidates];
  const drawn: T[] = [];
  for (let at = 0; at < pool.length && drawn.length < count; at += 1) {
    const other = at + Math.floor(random() * (pool.length - at));
    const [one, kept] = [pool[other], pool[at]];
    if (one === undefined || kept === undefined) break;
    pool[other] = kept;
    drawn.push(one);
  }
  return drawn;
}

/** Most worth first; what is chosen makes its like less new. */
function choose<T extends Candidate>(
  candidates: readonly T[],
  count: number,
  { by, labelledWords }: RankOptions,
): readonly Ranked<T>[] {
  const seen = new Map<string, number>();
  for (const words of labelledWords) see(words, seen);
  const ranked = candidates
    .map((candidate) => ({ candidate, value: worthOf(candidate, by) }))
    .sort((a, b) => b.value - a.value);
  return ranked.slice(0, count).map(({ candidate, value }) => {
    const reasons = reasonsOf(candidate, seen);
    see(candidate.words, seen);
    return { candidate, value, reasons };
  });
}

/**
 * Disagreement with a second model and novelty are told as reasons and count for nothing: with them the queue was no better
 * than doubt alone in `labels simulate` (models/README.md).
 */
function worthOf(candidate: Candidate, by: QueueOrder): number {
  const uncertainty = uncertaintyOf(candidate.probabilities);
  if (by !== 'value') return uncertainty;
  return uncertainty + (candidate.alerts > 0 ? 0.5 : 0) + (candidate.refuted ? 2 : 0);
}

/** Mean over the words of 1 / (1 + texts that had it): 1 when nothing of it was seen. */
function noveltyOf(words: readonly string[], seen: ReadonlyMap<string, number>): number {
  if (words.length === 0) return 0;
  let sum = 0;
  for (const word of words) sum += 1 / (1 + (seen.get(word) ?? 0));
  return sum / words.length;
}

function see(words: readonly string[], seen: Map<string, number>): void {
  for (const word of words) seen.set(word, (seen.get(word) ?? 0) + 1);
}

function reasonsOf(candidate: Candidate, seen: ReadonlyMap<string, number>): readonly QueueReason[] {
  const disagreement =
    candidate.second === null ? 0 : disagreementOf(candidate.probabilities, candidate.second);
  const uncertainty = uncertaintyOf(candidate.probabilities);
  const parts: readonly (readonly [QueueReason, number])[] = [
    ['verdict', candidate.refuted ? 3 : 0],
    ['in_alert', candidate.alerts > 0 ? 2 : 0],
    ['uncertain', uncertainty],
    ['models_disagree', disagreement],
    ['new_words', noveltyOf(candidate.words, seen)],
  ];
  const sorted = [...parts].sort((a, b) => b[1] - a[1]);
  const said = sorted.filter(([, part]) => part > WORTH_SAYING).map(([reason]) => reason);
  return said.length > 0 ? said : sorted.slice(0, 1).map(([reason]) => reason);
}

/** Those drawn by lot stand evenly among the others. */
function interleave<T>(chosen: readonly T[], drawn: readonly T[]): readonly T[] {
  const total = chosen.length + drawn.length;
  const queue: T[] = [];
  let [c, d] = [0, 0];
  for (let at = 0; at < total; at += 1) {
    const due = Math.floor(((at + 1) * drawn.length) / total);
    const next = d < due ? drawn[d++] : chosen[c++];
    if (next !== undefined) queue.push(next);
  }
  return queue;
}
