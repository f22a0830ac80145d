import type { Classification } from '../../pipeline/core/model.js';
import type { SentimentLabel } from '../../pipeline/core/taxonomy.js';
import type { LabelledRow } from './read-labelled-rows.js';
import { classifyAll, type TextModel } from './text-model.js';

/** A row that has a sentiment, with what a model answered for it. */
export interface JudgedRow {
  readonly row: LabelledRow;
  readonly label: SentimentLabel;
  readonly answer: Classification;
}

/** Asks the model for every row that has a sentiment; the others are left out. */
export async function judgeRows(
  model: TextModel,
  rows: readonly LabelledRow[],
): Promise<readonly JudgedRow[]> {
  const labelled = rows.flatMap((row) => (row.sentiment === null ? [] : [{ row, label: row.sentiment }]));
  const answers = await classifyAll(
    model,
    labelled.map(({ row }) => ({ text: row.text, language: row.lang })),
  );
  return labelled.flatMap((each, index) => {
    const answer = answers[index];
    return answer === undefined ? [] : [{ ...each, answer }];
  });
}
