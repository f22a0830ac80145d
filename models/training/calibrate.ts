/** Scores of one row before softmax, and the class that is right. */
export interface ScoredRow {
  readonly scores: Float64Array;
  readonly right: number;
}

const SMALLEST = 0.3;
const LARGEST = 6;
const STEPS = 60;

/**
 * The temperature that makes the right classes most probable (least mean log loss) on rows the model has not seen.
 *
 * Golden-section search; the loss has one minimum in 1/temperature. Answers 1 without rows.
 */
export function fitTemperature(rows: readonly ScoredRow[]): number {
  if (rows.length === 0) return 1;
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(SMALLEST);
  let high = Math.log(LARGEST);
  for (let step = 0; step < STEPS; step += 1) {
    const left = high - ratio * (high - low);
    const right = low + ratio * (high - low);
    if (meanLogLoss(rows, Math.exp(left)) < meanLogLoss(rows, Math.exp(right))) high = right;
    else low = left;
  }
  return Math.exp((low + high) / 2);
}

function meanLogLoss(rows: readonly ScoredRow[], temperature: number): number {
  let loss = 0;
  for (const { scores, right } of rows) {
    let max = -Infinity;
    for (const score of scores) if (score > max) max = score;
    let total = 0;
    for (const score of scores) total += Math.exp((score - max) / temperature);
    loss += Math.log(total) - ((scores[right] ?? 0) - max) / temperature;
  }
  return loss / rows.length;
}
