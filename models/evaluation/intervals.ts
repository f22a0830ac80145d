import { createRandom } from '../seeded-random.js';

/** A figure with the bounds that it lies between in 95 of 100 sets like this one. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const Z95 = 1.959963984540054;

/** A share with Wilson's score interval (95 %), which stays inside 0…1 and is usable for few rows. `n` is at least 1. */
export function wilson(right: number, n: number): Estimate {
  const share = right / n;
  const spread = (Z95 * Z95) / n;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (Z95 / (1 + spread)) * Math.sqrt((share * (1 - share)) / n + spread / (4 * n));
  return { value: share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/**
 * The 95 % percentile interval of a figure by the bootstrap: `measure` gets, `rounds` times, the numbers of rows drawn with
 * replacement, in ascending order, and answers the figure on them.
 *
 * Deterministic for a seed. Takes `rounds` times the time of `measure`.
 */
export function bootstrap(
  n: number,
  measure: (rows: Uint32Array) => number,
  { seed, rounds }: { readonly seed: number; readonly rounds: number },
): { readonly low: number; readonly high: number } {
  const random = createRandom(seed);
  const counts = new Uint32Array(n);
  const rows = new Uint32Array(n);
  const figures = new Float64Array(rounds);
  for (let round = 0; round < rounds; round += 1) {
    counts.fill(0);
    for (let draw = 0; draw < n; draw += 1) {
      const row = Math.floor(random() * n);
      counts[row] = (counts[row] ?? 0) + 1;
    }
    let end = 0;
    for (let row = 0; row < n; row += 1) {
      const count = counts[row] ?? 0;
      rows.fill(row, end, end + count);
      end += count;
    }
    figures[round] = measure(rows);
  }
  figures.sort();
  return { low: quantile(figures, 0.025), high: quantile(figures, 0.975) };
}

/** Between two ranks the figure lies on the line between them, as in NumPy. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
