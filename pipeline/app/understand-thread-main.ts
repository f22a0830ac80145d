import { parentPort, workerData } from 'node:worker_threads';

import { systemClock } from '../core/clock.js';
import { armTextFault, textFault } from '../core/failpoint.js';
import { encodeScoredMessage } from '../log/codec.js';
import { understandBatch } from '../operators/understand-batch.js';
import {
  pack,
  unpack,
  type BatchAnswer,
  type BatchRequest,
  type ThreadData,
} from './understand-thread-bytes.js';
import { createUnderstanding } from './understanding.js';

/* The thread that reads texts: it answers requests in their order, and holds nothing but model and names. */

const { options, textFault: armed } = workerData as ThreadData;
armTextFault(armed);

// Requests that come while the model loads wait in the port.
const understanding = await createUnderstanding(options);
const deps = { ...understanding, encodeScored: encodeScoredMessage, now: () => systemClock.now() };

// One after the other: what the model is asked stays in the order of the log. A fault of ours ends the thread.
let last = Promise.resolve();
parentPort?.on('message', (request: BatchRequest) => {
  last = last.then(() => answer(request));
});

async function answer({ positions, lengths, bytes }: BatchRequest): Promise<void> {
  const values = unpack(bytes, lengths);
  const messages = positions.map((position, index) => ({
    ...position,
    value: values[index] ?? new Uint8Array(),
  }));
  for (const value of values) textFault(value);
  const records = await understandBatch(messages, deps);
  const packed = pack(records.map(({ value }) => value));
  const message: BatchAnswer = {
    keys: records.map(({ key }) => key),
    kinds: records.map(({ kind }) => kind),
    ...packed,
  };
  parentPort?.postMessage(message, [packed.bytes.buffer as ArrayBuffer]);
}

parentPort?.postMessage('ready');
