/** What several people said about one item; each person once. */
export type Ratings = readonly string[];

/**
 * Cohen's κ of two people over the items that both labelled, in their order: 1 is full agreement, 0 what chance gives.
 *
 * Null without items, and when chance alone gives full agreement (both always said the same one thing).
 * J. Cohen, A coefficient of agreement for nominal scales, 1960.
 */
export function cohenKappa(first: readonly string[], second: readonly string[]): number | null {
  const n = first.length;
  if (n === 0) return null;
  const said = [countOf(first), countOf(second)] as const;
  let observed = 0;
  for (const [index, value] of first.entries()) if (second[index] === value) observed += 1;
  let expected = 0;
  for (const [value, count] of said[0]) expected += (count / n) * ((said[1].get(value) ?? 0) / n);
  return expected === 1 ? null : (observed / n - expected) / (1 - expected);
}

/**
 * Krippendorff's α for classes without an order, any number of people and items that not everybody labelled; items with one
 * rating say nothing. Null without two ratings of anything, and when everybody always said the same one thing.
 *
 * K. Krippendorff, Content Analysis, 2004, chapter 11 (coincidence matrix).
 */
export function krippendorffAlpha(items: readonly Ratings[]): number | null {
  const paired = items.filter((ratings) => ratings.length > 1);
  const totals = new Map<string, number>();
  let n = 0;
  let disagreements = 0;
  for (const ratings of paired) {
    const counts = countOf(ratings);
    n += ratings.length;
    for (const [value, count] of counts) {
      totals.set(value, (totals.get(value) ?? 0) + count);
      disagreements += (count * (ratings.length - count)) / (ratings.length - 1);
    }
  }
  let expected = 0;
  for (const count of totals.values()) expected += count * (n - count);
  if (n < 2 || expected === 0) return null;
  return 1 - ((n - 1) * disagreements) / expected;
}

function countOf(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
