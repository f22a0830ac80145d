import { constants, setPriority } from 'node:os';

import { loadClassifier } from '../../../models/load-classifier.js';
import { BellwetherError } from '../../core/errors.js';
import { modelOptions } from '../understanding.js';
import type { ChallengerMessage, ChallengerRequest, ChallengerStart } from './challenger-process.js';

/* The process of a challenger: its model and nothing else, behind everything that serves. It ends when its parent is gone. */

setPriority(constants.priority.PRIORITY_LOW);
// Ctrl-C goes to the whole group; the parent ends this process when it is done.
process.on('SIGINT', () => undefined);

const say = (message: ChallengerMessage) => process.send?.(message);

process.once('message', ({ models }: ChallengerStart) => {
  void begin(models);
});

async function begin(models: ChallengerStart['models']): Promise<void> {
  try {
    const { encoder, ...options } = modelOptions(models);
    const classifier = await loadClassifier({ ...options, encoder: { ...encoder, workers: 1, threads: 1 } });
    process.on('message', ({ inputs }: ChallengerRequest) => {
      void classifier.classify(inputs).then((answers) => say({ answers }));
    });
    process.on('disconnect', () => {
      void classifier.close();
    });
    say({ ready: classifier.model });
  } catch (error) {
    if (!(error instanceof BellwetherError)) throw error;
    say({ refused: { code: error.code, message: error.message } });
  }
}
