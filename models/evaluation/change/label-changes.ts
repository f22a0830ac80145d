import type { SentimentLabel } from '../../../pipeline/core/taxonomy.js';
import { wilson, type Estimate } from '../intervals.js';

/** A document that two models have read. */
export interface PairedReading {
  readonly language: string;
  /** Kind of source. */
  readonly kind: string;
  /** What the first model takes it to be about most. */
  readonly topic: string;
  readonly before: SentimentLabel;
  readonly after: SentimentLabel;
}

export const CHANGE_SLICES = ['all', 'language', 'kind', 'topic'] as const;
export type ChangeSlice = (typeof CHANGE_SLICES)[number];

/** How two models differ on a slice of the documents; intervals hold 95 of 100 times. */
export interface LabelChange {
  readonly slice: ChangeSlice;
  readonly value: string;
  readonly documents: number;
  /** Share of documents with another label. */
  readonly changed: Estimate;
  /** Shares of documents that are called negative. */
  readonly negativeBefore: Estimate;
  readonly negativeAfter: Estimate;
  /** The second share less the first, of the same documents. */
  readonly negativeStep: Estimate;
  /** `negative→neutral` and so on, most frequent first. */
  readonly directions: Readonly<Record<string, number>>;
}

/** Counts of a slice, as they are gathered or as a store has summed them up. */
export interface ChangeCounts {
  readonly slice: ChangeSlice;
  readonly value: string;
  /** Documents by `before→after`, equal labels too. */
  readonly pairs: ReadonlyMap<string, number>;
}

/** Gathers readings; memory: the slices, not the documents. */
export class ChangeTable {
  readonly #slices = new Map<string, { slice: ChangeSlice; value: string; pairs: Map<string, number> }>();

  add(reading: PairedReading, documents = 1): void {
    const { language, kind, topic } = reading;
    const values = { all: 'all', language, kind, topic };
    for (const slice of CHANGE_SLICES) {
      const key = `${slice} ${values[slice]}`;
      const held = this.#slices.get(key) ?? { slice, value: values[slice], pairs: new Map<string, number>() };
      this.#slices.set(key, held);
      const pair = pairOf(reading.before, reading.after);
      held.pairs.set(pair, (held.pairs.get(pair) ?? 0) + documents);
    }
  }

  /** All first, then each kind of slice, the largest first. */
  rows(): readonly LabelChange[] {
    return [...this.#slices.values()]
      .map(toLabelChange)
      .sort(
        (a, b) =>
          CHANGE_SLICES.indexOf(a.slice) - CHANGE_SLICES.indexOf(b.slice) ||
          b.documents - a.documents ||
          (a.value < b.value ? -1 : 1),
      );
  }
}

/** The figures of counts that hold at least one document. */
export function toLabelChange({ slice, value, pairs }: ChangeCounts): LabelChange {
  const cells = [...pairs].map(([pair, count]) => {
    const [before = '', after = ''] = pair.split('→');
    return { before, after, count };
  });
  const sum = (fits: (cell: (typeof cells)[number]) => boolean) =>
    cells.filter(fits).reduce((total, { count }) => total + count, 0);
  const documents = sum(() => true);
  const gained = sum(({ before, after }) => before !== 'negative' && after === 'negative');
  const lost = sum(({ before, after }) => before === 'negative' && after !== 'negative');
  return {
    slice,
    value,
    documents,
    changed: wilson(
      sum(({ before, after }) => before !== after),
      documents,
    ),
    negativeBefore: wilson(
      sum(({ before }) => before === 'negative'),
      documents,
    ),
    negativeAfter: wilson(
      sum(({ after }) => after === 'negative'),
      documents,
    ),
    negativeStep: pairedStep(gained, lost, documents),
    directions: Object.fromEntries(
      cells
        .filter(({ before, after }) => before !== after)
        .sort((a, b) => b.count - a.count || (a.before + a.after < b.before + b.after ? -1 : 1))
        .map(({ before, after, count }) => [pairOf(before, after), count]),
    ),
  };
}

const Z95 = 1.959963984540054;

/**
 * The difference of two shares of the same `n` rows, of which `gained` are in the second alone and `lost` in the first alone.
 * The interval is Agresti and Min's (2005), half a row more in each cell, which holds for few rows too.
 */
export function pairedStep(gained: number, lost: number, n: number): Estimate {
  const [plus, minus, rows] = [gained + 0.5, lost + 0.5, n + 2];
  const centre = (plus - minus) / rows;
  const half = (Z95 / rows) * Math.sqrt(plus + minus - (plus - minus) ** 2 / rows);
  return {
    value: (gained - lost) / n,
    low: Math.max(-1, centre - half),
    high: Math.min(1, centre + half),
  };
}

function pairOf(before: string, after: string): string {
  return `${before}→${after}`;
}
