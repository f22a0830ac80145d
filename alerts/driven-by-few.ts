import type { EvidenceRow } from '../pipeline/core/store.js';

/** So few accounts must not be able to make an alert. */
const ACCOUNTS = 3;

/**
 * Whether an alert rests on three accounts: without what they say, less than `minNegative` speaks for it.
 *
 * What an outlet says, or somebody whom nobody knows apart from others, counts as independent.
 */
export function isDrivenByFew(rows: readonly EvidenceRow[], minNegative: number): boolean {
  const byAccount = new Map<string, number>();
  let total = 0;
  for (const { account, weight, negative } of rows) {
    total += weight * negative;
    if (account !== null) byAccount.set(account, (byAccount.get(account) ?? 0) + weight * negative);
  }
  const loudest = [...byAccount.values()].sort((a, b) => b - a).slice(0, ACCOUNTS);
  return loudest.length > 0 && total - loudest.reduce((sum, mass) => sum + mass, 0) < minNegative;
}
