import type { FeatureBuffer } from './features.js';
import type { WeightTable } from './weight-table.js';

/**
 * The weight of each feature of a text times its value, added up for each class.
 *
 * Where features have one value their weights are added first, as whole numbers. That changes no bit: such stretches come
 * first, and their products (a byte times 24 bits) and sums (below 2^15, in steps of 2^-31 at the finest, as a text of 4,000
 * units has fewer than 2^14 features) are exact in 53 bits in any order.
 */
export function sumWeights(
  { weights, shift }: { readonly weights: WeightTable; readonly shift: number },
  { hashes, values, length, evenEnds }: FeatureBuffer,
): Float64Array {
  const { classes } = weights;
  const sums = new Float64Array(classes);
  let from = 0;
  for (const end of evenEnds) {
    const added = weights.sum(hashes, shift, from, end);
    const value = values[from] ?? 0;
    for (let k = 0; k < classes; k += 1) sums[k] = (sums[k] ?? 0) + (added[k] ?? 0) * value;
    from = end;
  }
  for (let entry = from; entry < length; entry += 1) {
    const bucket = (hashes[entry] ?? 0) >>> shift;
    const value = values[entry] ?? 0;
    for (let k = 0; k < classes; k += 1) sums[k] = (sums[k] ?? 0) + weights.weightOf(bucket, k) * value;
  }
  return sums;
}
