import { parentPort, workerData } from 'node:worker_threads';

import { systemClock } from '../core/clock.js';
import { BellwetherError } from '../core/errors.js';
import { armTextFault, textFault } from '../core/failpoint.js';
import { encodeScoredMessage } from '../log/codec.js';
import { understandBatch } from '../operators/understand-batch.js';
import {
  pack,
  unpack,
  type BatchAnswer,
  type BatchRequest,
  type SwitchRequest,
  type ThreadData,
  type ThreadMessage,
  type ThreadRequest,
} from './understand-thread-bytes.js';
import { observeModel } from './observe-model.js';
import { createTimelyClassifier } from './timely-classifier.js';
import { createUnderstanding, type Understanding } from './understanding.js';

/* The thread that reads texts: it answers requests in their order, and holds nothing but model and names. */

const { options, modelBudgetMs, textFault: armed } = workerData as ThreadData;
armTextFault(armed);

// Requests that come while the model loads wait in the port.
const say = (message: ThreadMessage) => parentPort?.postMessage(message);
const observer = observeModel((observed) => {
  say({ observed });
});
const understanding = await createUnderstanding({ ...options, observer }).catch(tellStartFailure);
if (understanding !== null) serve(understanding);

/** Whoever started the thread decides about another try, and ends it. A fault of ours ends it here. */
function tellStartFailure(error: unknown): null {
  if (!(error instanceof BellwetherError)) throw error;
  const { code, message, retriable } = error;
  say({ startFailed: { code, message, retriable } });
  return null;
}

function serve(understood: Understanding): void {
  const classifier = createTimelyClassifier(understood.classifier, {
    budgetMs: modelBudgetMs,
    clock: systemClock,
  });
  const deps = {
    ...understood,
    classifier,
    encodeScored: encodeScoredMessage,
    now: () => systemClock.now(),
  };
  // One after the other: what the model is asked stays in the order of the log. A fault of ours ends the thread.
  let last = Promise.resolve();

  const answer = async ({ positions, lengths, bytes }: BatchRequest): Promise<void> => {
    const values = unpack(bytes, lengths);
    const messages = positions.map((position, index) => ({
      ...position,
      value: values[index] ?? new Uint8Array(),
    }));
    for (const value of values) textFault(value);
    classifier.begin();
    const records = await understandBatch(messages, deps);
    const packed = pack(records.map(({ value }) => value));
    const message: BatchAnswer = {
      keys: records.map(({ key }) => key),
      kinds: records.map(({ kind }) => kind),
      ...packed,
    };
    parentPort?.postMessage(message, [packed.bytes.buffer as ArrayBuffer]);
  };

  /** Loads beside the batches that go on, and waits its turn among them. */
  const switchModel = async ({ switchTo }: SwitchRequest): Promise<void> => {
    try {
      const next = await understood.prepareModel(switchTo.models, switchTo.rules ?? []);
      const turn = last.then(() => next.commit());
      last = turn;
      await turn;
      say({ switched: next.model });
    } catch (error) {
      if (!(error instanceof BellwetherError)) throw error;
      say({ switched: { code: error.code, message: error.message } });
    }
  };

  parentPort?.on('message', (request: ThreadRequest) => {
    if ('switchTo' in request) void switchModel(request);
    else last = last.then(() => answer(request));
  });
  say('ready');
}
