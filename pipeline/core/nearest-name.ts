/** The known name that is spelled nearest to one, whatever the case; null when none is near. Texts count up to 64 characters. */
export function nearestName(name: string, known: readonly string[]): string | null {
  const ranked = known
    .map((other) => ({ other, distance: editDistance(name.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best === undefined || best.distance > Math.max(2, Math.floor(best.other.length / 3))) return null;
  return best.other;
}

/** Levenshtein distance. */
function editDistance(left: string, right: string): number {
  const from = left.slice(0, 64);
  const to = right.slice(0, 64);
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j += 1)
      next.push(
        Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1)),
      );
    row = next;
  }
  return row[to.length] ?? 0;
}
