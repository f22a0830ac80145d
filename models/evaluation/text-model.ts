import type { Classification, ClassifierInput } from '../../pipeline/core/model.js';
import type { ModelVersion } from '../../pipeline/core/scored.js';

/** What an evaluation asks of a model; it may answer at once or later. */
export interface TextModel {
  readonly model: ModelVersion;
  classify(
    inputs: readonly ClassifierInput[],
  ): readonly Classification[] | Promise<readonly Classification[]>;
  /** Gives back threads and memory, where the model holds any. */
  close?(): Promise<void>;
}

/** Batches as a service would send them: a model that answers later need not hold a whole set at once. */
const BATCH = 256;

/** The answers in the order of the texts. Memory: one answer a text. */
export async function classifyAll(
  model: TextModel,
  inputs: readonly ClassifierInput[],
): Promise<readonly Classification[]> {
  const answers: Classification[] = [];
  for (let start = 0; start < inputs.length; start += BATCH)
    answers.push(...(await Promise.resolve(model.classify(inputs.slice(start, start + BATCH)))));
  return answers;
}
