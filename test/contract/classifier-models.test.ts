import { describe } from 'vitest';
import type { Classifier } from '../../pipeline/core/model.js';
import { loadClassifier, MODEL_NAMES } from '../../models/load-classifier.js';
import { describeClassifier } from './classifier.js';

const directory = new URL('../../models/artifacts', import.meta.url).pathname;

for (const name of MODEL_NAMES) {
  describe(`the classifier ${name}`, () => {
    let loaded: Promise<Classifier> | null = null;
    describeClassifier(() => (loaded ??= loadClassifier({ name, directory })));
  });
}
