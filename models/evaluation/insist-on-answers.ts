import { InvariantError, UnavailableError } from '../../pipeline/core/errors.js';
import type { Classification, Classifier, ClassifierInput } from '../../pipeline/core/model.js';

/** On a busy machine a deadline is missed now and then; what misses it so often in a row is broken. */
const MAX_TRIES = 4;

/**
 * The same model for an evaluation: what it left unanswered is asked again, up to three times.
 *
 * A service stores such a text as neutral and unclassified and reads it later. A figure would count it as an answer, so here
 * `classify` rejects with UnavailableError `model_unanswered` where none comes, and with InvariantError `answers_missing` when
 * the model gives fewer answers than it got texts.
 */
export function insistOnAnswers(classifier: Classifier): Classifier {
  return {
    model: classifier.model,
    classify: (inputs) => ask(classifier, inputs, 1),
    explain: (input) => classifier.explain(input),
    close: () => classifier.close(),
  };
}

async function ask(
  classifier: Classifier,
  inputs: readonly ClassifierInput[],
  tries: number,
): Promise<readonly Classification[]> {
  const answers = await classifier.classify(inputs);
  if (answers.length !== inputs.length)
    throw new InvariantError(
      'answers_missing',
      `${classifier.model.name} gave ${answers.length} answers to ${inputs.length} texts.`,
    );
  const open = inputs.filter((_, index) => answers[index]?.unanswered === true);
  if (open.length === 0) return answers;
  if (tries === MAX_TRIES)
    throw new UnavailableError(
      'model_unanswered',
      `${classifier.model.name} gave no answer to ${open.length} texts, asked ${MAX_TRIES} times: there are no figures without them. Is the machine busy? models.encoder.deadlineMs (models.remote.deadlineMs) may be longer.`,
      { retriable: true },
    );
  const later = await ask(classifier, open, tries + 1);
  let next = 0;
  // The later answers are in the order of the texts that were open.
  return answers.map((answer) => (answer.unanswered === true ? (later[next++] ?? answer) : answer));
}
