/**
 * The Shapley value of each of `count` players of a game, exactly: `worth` is asked once for each of the 2^count coalitions,
 * given as bits. At most 16 players.
 */
export function shapleyValues(count: number, worth: (coalition: number) => number): readonly number[] {
  const worths = Float64Array.from({ length: 1 << count }, (_, coalition) => worth(coalition));
  const weights = coalitionWeights(count);
  return Array.from({ length: count }, (_, player) => {
    const bit = 1 << player;
    let value = 0;
    for (let coalition = 0; coalition < worths.length; coalition += 1) {
      if ((coalition & bit) !== 0) continue;
      const gain = (worths[coalition | bit] ?? 0) - (worths[coalition] ?? 0);
      value += (weights[sizeOf(coalition)] ?? 0) * gain;
    }
    return value;
  });
}

/** |S|! (n − |S| − 1)! / n! for each size of S below n. */
function coalitionWeights(count: number): readonly number[] {
  const weights: number[] = [];
  for (let size = 0, weight = 1 / Math.max(1, count); size < count; size += 1) {
    weights.push(weight);
    weight *= (size + 1) / Math.max(1, count - size - 1);
  }
  return weights;
}

function sizeOf(coalition: number): number {
  let size = 0;
  for (let rest = coalition; rest !== 0; rest &= rest - 1) size += 1;
  return size;
}
