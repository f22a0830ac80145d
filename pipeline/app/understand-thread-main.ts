import { parentPort, workerData } from 'node:worker_threads';

import { systemClock } from '../core/clock.js';
import { encodeScoredMessage } from '../log/codec.js';
import { understandBatch } from '../operators/understand-batch.js';
import { pack, unpack, type BatchAnswer, type BatchRequest } from './understand-thread.js';
import { createUnderstanding, type UnderstandingOptions } from './understanding.js';

/* The thread that reads texts: it answers requests in their order, and holds nothing but model and names. */

// Requests that come while the model loads wait in the port.
const understanding = await createUnderstanding(workerData as UnderstandingOptions);
const deps = { ...understanding, encodeScored: encodeScoredMessage, now: () => systemClock.now() };

parentPort?.on('message', ({ number, positions, lengths, bytes }: BatchRequest) => {
  const values = unpack(bytes, lengths);
  const messages = positions.map((position, index) => ({
    ...position,
    value: values[index] ?? new Uint8Array(),
  }));
  const records = understandBatch(messages, deps);
  const packed = pack(records.map(({ value }) => value));
  const answer: BatchAnswer = {
    number,
    keys: records.map(({ key }) => key),
    kinds: records.map(({ kind }) => kind),
    ...packed,
  };
  parentPort?.postMessage(answer, [packed.bytes.buffer as ArrayBuffer]);
});
