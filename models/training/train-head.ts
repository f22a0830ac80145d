import { createRandom, shuffle } from '../seeded-random.js';

/** Feature rows in one block: row r has entries rowStarts[r] … rowStarts[r + 1]. */
export interface FeatureRows {
  readonly rowStarts: Uint32Array;
  readonly hashes: Uint32Array;
  readonly values: Float32Array;
}

/**
 * What a row teaches: classes that compete, and those that are right, as bit masks.
 *
 * One right class among all is the usual case. Leaving a class out of `allowed` says nothing about it; several right ones
 * mean "one of these".
 */
export interface Target {
  readonly row: number;
  readonly allowed: number;
  readonly right: number;
  readonly weight: number;
}

export interface HeadOptions {
  readonly classes: number;
  /** The table has 2^bits buckets. */
  readonly bits: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly l2: number;
  readonly seed: number;
  readonly onEpoch?: (epoch: number, meanLoss: number) => void;
}

/** Weights of bucket b and class k at b · classes + k. */
export interface Head {
  readonly classes: number;
  readonly bits: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/**
 * Multinomial logistic regression with L2 on hashed sparse rows, by AdaGrad over shuffled rows.
 *
 * Deterministic for a seed. Memory: two tables of 2^bits · classes numbers of 4 bytes.
 */
export function trainHead(rows: FeatureRows, targets: readonly Target[], options: HeadOptions): Head {
  const { classes, bits } = options;
  const weights = new Float32Array(classes << bits);
  const history = new Float32Array(classes << bits).fill(1e-4);
  const bias = new Float32Array(classes);
  const biasHistory = new Float32Array(classes).fill(1);
  const order = Uint32Array.from(targets, (_, index) => index);
  const random = createRandom(options.seed);
  const gradient = new Float32Array(classes);
  for (let epoch = 1; epoch <= options.epochs; epoch += 1) {
    shuffle(order, random);
    let loss = 0;
    const rate = options.learningRate * (1 - (epoch - 1) / (options.epochs + 1));
    for (const index of order) {
      const target = targets[index];
      if (target === undefined) continue;
      loss += computeGradient(rows, target, { classes, bits, weights, bias }, gradient);
      updateWeights(rows, target.row, weights, history, gradient, { ...options, learningRate: rate });
      for (let k = 0; k < classes; k += 1) {
        const g = gradient[k] ?? 0;
        biasHistory[k] = (biasHistory[k] ?? 0) + g * g;
        bias[k] = (bias[k] ?? 0) - (rate * g) / Math.sqrt(biasHistory[k] ?? 1);
      }
    }
    options.onEpoch?.(epoch, loss / targets.length);
  }
  return { classes, bits, weights, bias };
}

/** Scores of one row before softmax. */
export function scoreRow(rows: FeatureRows, row: number, head: Head, out: Float32Array | Float64Array): void {
  const { classes, bits, weights } = head;
  out.set(head.bias);
  const shift = 32 - bits;
  const end = rows.rowStarts[row + 1] ?? 0;
  for (let entry = rows.rowStarts[row] ?? 0; entry < end; entry += 1) {
    const base = ((rows.hashes[entry] ?? 0) >>> shift) * classes;
    const value = rows.values[entry] ?? 0;
    for (let k = 0; k < classes; k += 1) out[k] = (out[k] ?? 0) + (weights[base + k] ?? 0) * value;
  }
}

/** Leaves d loss / d score in `gradient`; returns the loss −log P(right | allowed), weighted. */
function computeGradient(rows: FeatureRows, target: Target, head: Head, gradient: Float32Array): number {
  scoreRow(rows, target.row, head, gradient);
  let max = -Infinity;
  for (let k = 0; k < head.classes; k += 1) {
    if ((target.allowed >> k) & 1 && (gradient[k] ?? 0) > max) max = gradient[k] ?? 0;
  }
  let total = 0;
  let right = 0;
  for (let k = 0; k < head.classes; k += 1) {
    const value = (target.allowed >> k) & 1 ? Math.exp((gradient[k] ?? 0) - max) : 0;
    gradient[k] = value;
    total += value;
    if ((target.right >> k) & 1) right += value;
  }
  for (let k = 0; k < head.classes; k += 1) {
    const value = gradient[k] ?? 0;
    const wanted = (target.right >> k) & 1 ? value / right : 0;
    gradient[k] = target.weight * (value / total - wanted);
  }
  return -target.weight * Math.log(Math.max(right / total, 1e-12));
}

function updateWeights(
  rows: FeatureRows,
  row: number,
  weights: Float32Array,
  history: Float32Array,
  gradient: Float32Array,
  options: HeadOptions,
): void {
  const { classes, learningRate, l2 } = options;
  const shift = 32 - options.bits;
  const end = rows.rowStarts[row + 1] ?? 0;
  for (let entry = rows.rowStarts[row] ?? 0; entry < end; entry += 1) {
    const base = ((rows.hashes[entry] ?? 0) >>> shift) * classes;
    const value = rows.values[entry] ?? 0;
    for (let k = 0; k < classes; k += 1) {
      const weight = weights[base + k] ?? 0;
      const g = (gradient[k] ?? 0) * value + l2 * weight;
      const sum = (history[base + k] ?? 0) + g * g;
      history[base + k] = sum;
      weights[base + k] = weight - (learningRate * g) / Math.sqrt(sum);
    }
  }
}
