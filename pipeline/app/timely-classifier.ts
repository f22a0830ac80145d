import type { Clock } from '../core/clock.js';
import type { Classifier } from '../core/model.js';
import { UNCLASSIFIED } from '../operators/score-sentiment.js';

/** A classifier whose calls share one time. */
export interface TimelyClassifier extends Classifier {
  /** The time runs anew: what is asked until the next call of this shares it. */
  begin(): void;
}

/**
 * Answers in time, whoever is asked: what the classifier has not answered `budgetMs` after the last `begin` is `unclassified`
 * and `unanswered`, so that it is scored later. Deadlines of single requests add up; the time that a batch has must not.
 *
 * What comes too late is thrown away. Computing that holds up the thread is not cut off.
 */
export function createTimelyClassifier(
  classifier: Classifier,
  { budgetMs, clock }: { readonly budgetMs: number; readonly clock: Clock },
): TimelyClassifier {
  let dueAt: number | null = null;
  return {
    get model() {
      return classifier.model;
    },
    begin() {
      dueAt = clock.monotonic() + budgetMs;
    },
    async classify(inputs) {
      if (dueAt === null) return classifier.classify(inputs);
      const leftMs = dueAt - clock.monotonic();
      const late = inputs.map(() => ({ ...UNCLASSIFIED, unanswered: true as const }));
      if (leftMs <= 0) return late;
      const answered = new AbortController();
      try {
        return await Promise.race([
          classifier.classify(inputs),
          clock.sleep(leftMs, answered.signal).then(() => late),
        ]);
      } finally {
        answered.abort();
      }
    },
    explain: (input) => classifier.explain(input),
    close: () => classifier.close(),
  };
}
