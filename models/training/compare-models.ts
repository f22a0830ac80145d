import type { Clock } from '../../pipeline/core/clock.js';
import type { Classifier } from '../../pipeline/core/model.js';
import { readLabelledRows, type LabelledRow } from '../evaluation/read-labelled-rows.js';
import { evaluateDev } from './train-ngram.js';

export interface CompareOptions {
  /** Holds `labelled/KEY/dev.jsonl`; sets that are not there are left out, and none at all is a problem. */
  readonly dataDirectory: string;
  /** Labelled rows that no change may break. */
  readonly regressionFile: string;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** A candidate beside the model that serves. */
export interface ModelComparison {
  /** Macro-F1 of sentiment by dev set. */
  readonly sets: Readonly<
    Record<string, { readonly rows: number; readonly served: number; readonly candidate: number }>
  >;
  /** Over the pooled English sets; null without them. */
  readonly ece: { readonly served: number; readonly candidate: number } | null;
  readonly regression: {
    readonly texts: number;
    readonly newlyRight: number;
    readonly newlyWrong: readonly string[];
  };
  readonly problems: readonly string[];
}

const POOLED = 'english-three-class';
/** A set this small moves by a point when five rows change. */
const SET_ROWS = 400;
const LARGEST_FALL = 0.01;
const LARGEST_ECE_RISE = 0.01;
/** Of the regression list. */
const LARGEST_SHARE_WRONG = 0.05;

/** Runs both over the dev sets and the regression list and says what speaks against the candidate. */
export async function compareModels(
  served: Classifier,
  candidate: Classifier,
  options: CompareOptions,
): Promise<ModelComparison> {
  const [before, after] = [await evaluateDev(served, options), await evaluateDev(candidate, options)];
  const sets: Record<string, { rows: number; served: number; candidate: number }> = {};
  for (const [set, { sentiment }] of Object.entries(after)) {
    const old = before[set]?.sentiment;
    if (sentiment === null || old == null) continue;
    sets[set] = { rows: sentiment.n, served: old.macroF1, candidate: sentiment.macroF1 };
  }
  const [oldEce, newEce] = [before[POOLED]?.sentiment?.ece, after[POOLED]?.sentiment?.ece];
  const ece = oldEce === undefined || newEce === undefined ? null : { served: oldEce, candidate: newEce };
  const regression = await compareOnList(served, candidate, options.regressionFile);
  const problems = [
    ...(Object.keys(sets).length === 0 ? [nothingCompared(options.dataDirectory)] : []),
    ...problemsOf({ sets, ece, regression }),
  ];
  return { sets, ece, regression, problems };
}

/** The regression list alone says only what no change may break, not whether the candidate is as good. */
function nothingCompared(folder: string): string {
  return `No dev set was compared: there is no labelled/NAME/dev.jsonl in ${folder}. Give their folder with --data-directory.`;
}

async function compareOnList(
  served: Classifier,
  candidate: Classifier,
  file: string,
): Promise<ModelComparison['regression']> {
  const rows: LabelledRow[] = [];
  for await (const row of readLabelledRows(file)) rows.push(row);
  const inputs = rows.map(({ text, lang }) => ({ text, language: lang }));
  const [before, after] = [await served.classify(inputs), await candidate.classify(inputs)];
  const isRight = (answers: typeof before, at: number) =>
    answers[at]?.sentiment.label === rows[at]?.sentiment;
  const changed = rows.map(({ text }, at) => ({ text, was: isRight(before, at), is: isRight(after, at) }));
  return {
    texts: rows.length,
    newlyRight: changed.filter(({ was, is }) => !was && is).length,
    newlyWrong: changed.filter(({ was, is }) => was && !is).map(({ text }) => text),
  };
}

function problemsOf({ sets, ece, regression }: Omit<ModelComparison, 'problems'>): readonly string[] {
  const fallen = Object.entries(sets).filter(
    ([, { rows, served, candidate }]) => rows >= SET_ROWS && candidate < served - LARGEST_FALL,
  );
  const { texts, newlyWrong } = regression;
  return [
    ...fallen.map(
      ([set, { served, candidate }]) =>
        `${set}: macro-F1 falls from ${served.toFixed(3)} to ${candidate.toFixed(3)}.`,
    ),
    ...(ece !== null && ece.candidate > ece.served + LARGEST_ECE_RISE
      ? [`Calibration: ECE rises from ${ece.served.toFixed(3)} to ${ece.candidate.toFixed(3)}.`]
      : []),
    ...(newlyWrong.length > texts * LARGEST_SHARE_WRONG
      ? [`${newlyWrong.length} of ${texts} sentences of the regression list were right and are wrong now.`]
      : []),
  ];
}
