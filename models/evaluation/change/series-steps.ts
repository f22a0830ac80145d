import type { Estimate } from '../intervals.js';

/** How far the negative share of a series jumps when another model takes over. */
export interface SeriesStep {
  readonly series: string;
  readonly documents: number;
  /** Mean P(negative) of its documents, as charts show it. */
  readonly before: number;
  readonly after: number;
  /** The second less the first, with the interval that holds 95 of 100 times. */
  readonly step: Estimate;
  /** The jump in usual movements from one day to the next (their median); null with fewer than three days to compare. */
  readonly inUsualDays: number | null;
  /** The chart will show it: the interval excludes 0 and the jump is no smaller than what a usual day moves. */
  readonly breaks: boolean;
}

interface Held {
  documents: number;
  before: number;
  after: number;
  difference: number;
  squares: number;
  readonly days: Map<number, { documents: number; before: number }>;
}

const DAY_MS = 86_400_000;
const Z95 = 1.959963984540054;
/** A day of fewer documents has no mean worth comparing. */
const MIN_DOCUMENTS_A_DAY = 3;
const MIN_MOVEMENTS = 3;
/** Fewer say nothing of a series. */
const MIN_DOCUMENTS = 10;

/** Gathers P(negative) of two models by series; memory: a number for each series and day. */
export class StepTable {
  readonly #series = new Map<string, Held>();

  /** `at` in milliseconds. */
  add(series: string, at: number, before: number, after: number): void {
    const held = this.#series.get(series) ?? {
      documents: 0,
      before: 0,
      after: 0,
      difference: 0,
      squares: 0,
      days: new Map<number, { documents: number; before: number }>(),
    };
    this.#series.set(series, held);
    held.documents += 1;
    held.before += before;
    held.after += after;
    held.difference += after - before;
    held.squares += (after - before) ** 2;
    const day = Math.floor(at / DAY_MS);
    const today = held.days.get(day) ?? { documents: 0, before: 0 };
    held.days.set(day, today);
    today.documents += 1;
    today.before += before;
  }

  /** The series with most documents, at most `limit`, of ten documents at least. */
  largest(limit: number): readonly SeriesStep[] {
    return [...this.#series]
      .filter(([, { documents }]) => documents >= MIN_DOCUMENTS)
      .sort(([a, one], [b, other]) => other.documents - one.documents || (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([series, held]) => toStep(series, held));
  }
}

function toStep(series: string, held: Held): SeriesStep {
  const { documents, before, after, difference, squares } = held;
  const mean = difference / documents;
  const variance = Math.max(0, (squares - documents * mean * mean) / (documents - 1));
  const half = Z95 * Math.sqrt(variance / documents);
  const usual = usualMovement(held);
  const inUsualDays = usual === null || usual === 0 ? null : Math.abs(mean) / usual;
  const clear = mean - half > 0 || mean + half < 0;
  return {
    series,
    documents,
    before: before / documents,
    after: after / documents,
    step: { value: mean, low: mean - half, high: mean + half },
    inUsualDays,
    breaks: clear && (inUsualDays ?? 0) >= 1,
  };
}

/** The median difference between one day and the next that has documents enough. */
function usualMovement({ days }: Held): number | null {
  const means = [...days]
    .filter(([, { documents }]) => documents >= MIN_DOCUMENTS_A_DAY)
    .sort(([a], [b]) => a - b)
    .map(([, { documents, before }]) => before / documents);
  const movements = means
    .slice(1)
    .map((value, index) => Math.abs(value - (means[index] ?? value)))
    .sort((a, b) => a - b);
  return movements.length < MIN_MOVEMENTS ? null : (movements[Math.floor(movements.length / 2)] ?? null);
}
