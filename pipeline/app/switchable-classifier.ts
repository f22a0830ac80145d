import type { Classifier } from '../core/model.js';

/** A classifier whose model can be exchanged while it is asked. */
export interface SwitchableClassifier extends Classifier {
  /** Every call from now on goes to `next`; resolves when the old one has answered what it still had, and is closed. */
  switchTo(next: Classifier): Promise<void>;
}

/** Creates it with its first model, which it closes, as every later one. */
export function createSwitchableClassifier(first: Classifier): SwitchableClassifier {
  let current = first;
  const unanswered = new Map<Classifier, Set<Promise<unknown>>>();
  const ask = <Answer>(question: (classifier: Classifier) => Promise<Answer>): Promise<Answer> => {
    const asked = current;
    const answer = question(asked);
    const pending = unanswered.get(asked) ?? new Set();
    unanswered.set(asked, pending.add(answer));
    const done = () => pending.delete(answer);
    answer.then(done, done);
    return answer;
  };
  return {
    get model() {
      return current.model;
    },
    classify: (inputs) => ask((classifier) => classifier.classify(inputs)),
    explain: (input) => ask((classifier) => classifier.explain(input)),
    async switchTo(next) {
      const old = current;
      current = next;
      await Promise.allSettled([...(unanswered.get(old) ?? [])]);
      unanswered.delete(old);
      await old.close();
    },
    close: () => current.close(),
  };
}
