import type { LogPosition } from '../core/document.js';
import type { StoreCounts } from '../core/store.js';

/** The books of an installation; `difference` is what cannot be accounted for and must be 0. */
export interface Reconciliation {
  readonly accepted: number;
  readonly stored: number;
  readonly deadLettered: number;
  readonly duplicates: number;
  readonly dropped: number;
  /** For a person or a licence, or by age; `expired` says how many of them by age. */
  readonly erased: number;
  readonly expired: number;
  readonly difference: number;
  /** Windows whose cached numbers differ from a recomputation out of the mentions; must be 0. */
  readonly rollUpDifferences: number;
}

/**
 * Compares what was accepted, the messages of `documents.raw` before the given positions, with what became of it, exactly.
 *
 * To be called when they are drained; what comes after them does not matter. `stored` is counted in the documents
 * themselves, not in the receipts, so a document that has a receipt and no row shows as a difference.
 */
export async function reconcile(
  ends: readonly LogPosition[],
  store: { counts(below: readonly LogPosition[]): Promise<StoreCounts> },
): Promise<Reconciliation> {
  const accepted = ends.reduce((sum, position) => sum + position.offset, 0);
  const counts = await store.counts(ends);
  const { stored, deadLettered, duplicates, dropped, erased, expired } = counts;
  return {
    accepted,
    stored,
    deadLettered,
    duplicates,
    dropped,
    erased,
    expired,
    difference: accepted - stored - deadLettered - duplicates - dropped - erased,
    rollUpDifferences: counts.rollUpDifferences,
  };
}

export function balances(result: Reconciliation): boolean {
  return result.difference === 0 && result.rollUpDifferences === 0;
}
