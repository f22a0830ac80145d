import type { LogPosition } from '../core/document.js';
import type { Receipt } from '../core/store.js';

/** What became of the documents that a backfill brought. */
export interface BackfillOutcomes {
  /** Not known before. */
  readonly added: number;
  /** Stored already, or known live in a version that is not older. */
  readonly duplicates: number;
  /** A newer version of a stored document. */
  readonly replaced: number;
  /** Unwanted, erased, or older than their class is kept. */
  readonly leftOut: number;
  readonly deadLettered: number;
  /** In the log, and not decided about yet: only after an abort. */
  readonly onTheirWay: number;
}

export interface BackfillTally {
  /** Told of each place in the log that the backfill took. */
  appended(positions: readonly LogPosition[]): void;
  /** Counts what has become of them since; what is still on its way is asked for again. */
  count(): Promise<void>;
  outcomes(): BackfillOutcomes;
}

type Find = (
  positions: readonly LogPosition[],
) => Promise<readonly Pick<Receipt, 'raw' | 'outcome' | 'version'>[]>;

/** Remembers no more than what is on its way: counted are the receipts, so that the counts agree with `reconcile`. */
export function createBackfillTally(findReceipts: Find): BackfillTally {
  const waiting = new Map<string, LogPosition>();
  const counts = { added: 0, duplicates: 0, replaced: 0, leftOut: 0, deadLettered: 0 };
  return {
    appended(positions) {
      for (const position of positions) waiting.set(keyOf(position), position);
    },
    async count() {
      for (const receipt of await findReceipts([...waiting.values()])) {
        counts[countOf(receipt)] += 1;
        waiting.delete(keyOf(receipt.raw));
      }
    },
    outcomes: () => ({ ...counts, onTheirWay: waiting.size }),
  };
}

function keyOf({ partition, offset }: LogPosition): string {
  return `${partition} ${offset}`;
}

function countOf({
  outcome,
  version,
}: Pick<Receipt, 'outcome' | 'version'>): Exclude<keyof BackfillOutcomes, 'onTheirWay'> {
  switch (outcome) {
    case 'stored':
      return version === 1 ? 'added' : 'replaced';
    case 'duplicate':
      return 'duplicates';
    case 'dead-letter':
      return 'deadLettered';
    case 'drop':
    case 'erased':
    case 'expired':
      return 'leftOut';
  }
}
