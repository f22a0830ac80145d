import type { RefusedRequests } from './source.js';

export const NO_REFUSALS: RefusedRequests['counts'] = {
  signature_missing: 0,
  signature_wrong: 0,
  timestamp_outside_window: 0,
};

/** Both together; the later one says what came last. */
export function addRefused(
  earlier: RefusedRequests | null,
  later: RefusedRequests | null,
): RefusedRequests | null {
  if (earlier === null || later === null) return later ?? earlier;
  const counts = {
    signature_missing: earlier.counts.signature_missing + later.counts.signature_missing,
    signature_wrong: earlier.counts.signature_wrong + later.counts.signature_wrong,
    timestamp_outside_window: earlier.counts.timestamp_outside_window + later.counts.timestamp_outside_window,
  };
  return { ...later, counts };
}

export function refusedCount({ counts }: RefusedRequests): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
