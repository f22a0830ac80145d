import type { TrainingRow } from './collect-rows.js';
import { createSentimentTrial } from './sentiment-trial.js';

/** A labelled set with three classes. */
export interface TransferSet {
  readonly key: string;
  readonly train: readonly TrainingRow[];
  /** None for a set that only teaches. */
  readonly dev: readonly TrainingRow[];
}

/** Macro-F1 of a model that was trained on one set (or on all others) and judged on another. */
export interface TransferFigure {
  readonly trainedOn: string;
  readonly judgedOn: string;
  readonly macroF1: number;
}

const SEED = 1;
/** Row of the matrix: everything but the set that judges. */
export const ALL_OTHERS = 'all others';

/** Every set against every other with the n-gram sentiment head; deterministic. Nothing is chosen by it. */
export function measureTransfer(
  sets: readonly TransferSet[],
  onProgress: (sentence: string) => void,
): readonly TransferFigure[] {
  const rows = sets.flatMap(({ train, dev }) => [...train, ...dev]);
  const trial = createSentimentTrial(rows);
  const numbers = new Map(rows.map((row, index) => [row, index]));
  const numbersOf = (some: readonly TrainingRow[]) => some.flatMap((row) => numbers.get(row) ?? []);
  const judging = sets.filter(({ dev }) => dev.length > 0);
  const judge = (trainedOn: string, taught: readonly TrainingRow[], judged: readonly TransferSet[]) => {
    const head = trial.train(trial.teach(numbersOf(taught)), SEED);
    onProgress(`Trained on ${trainedOn}: ${taught.length} rows.`);
    return judged.map(({ key, dev }) => ({
      trainedOn,
      judgedOn: key,
      macroF1: trial.judge(numbersOf(dev), head),
    }));
  };
  return [
    ...sets.flatMap(({ key, train }) => judge(key, train, judging)),
    ...judging.flatMap((set) =>
      judge(
        ALL_OTHERS,
        sets.filter((other) => other !== set).flatMap(({ train }) => train),
        [set],
      ),
    ),
  ];
}
