import type { Classifier } from '../core/model.js';

/** A classifier whose model can be exchanged while it is asked. */
export interface SwitchableClassifier extends Classifier {
  pinned(): Classifier;
  /**
   * Every call from now on goes to `next`; resolves when the old one has answered what it still had, nobody has it pinned any
   * more, and it is closed.
   */
  switchTo(next: Classifier): Promise<void>;
}

/** Creates it with its first model, which it closes, as every later one. */
export function createSwitchableClassifier(first: Classifier): SwitchableClassifier {
  let current = first;
  /** What a model has yet to answer, and who has it pinned. */
  const uses = new Map<Classifier, Set<Promise<unknown>>>();
  const keepOpen = (classifier: Classifier, use: Promise<unknown>) => {
    const pending = uses.get(classifier) ?? new Set();
    uses.set(classifier, pending.add(use));
    const done = () => pending.delete(use);
    use.then(done, done);
  };
  const ask = <Answer>(question: (classifier: Classifier) => Promise<Answer>): Promise<Answer> => {
    const answer = question(current);
    keepOpen(current, answer);
    return answer;
  };
  return {
    get model() {
      return current.model;
    },
    classify: (inputs) => ask((classifier) => classifier.classify(inputs)),
    explain: (input) => ask((classifier) => classifier.explain(input)),
    pinned() {
      const kept = current;
      let release: () => void = () => undefined;
      keepOpen(
        kept,
        new Promise<void>((resolve) => {
          release = resolve;
        }),
      );
      return {
        model: kept.model,
        classify: (inputs) => kept.classify(inputs),
        explain: (input) => kept.explain(input),
        close() {
          release();
          return Promise.resolve();
        },
      };
    },
    async switchTo(next) {
      const old = current;
      current = next;
      await Promise.allSettled([...(uses.get(old) ?? [])]);
      uses.delete(old);
      await old.close();
    },
    close: () => current.close(),
  };
}
