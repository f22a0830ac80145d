import { parentPort } from 'node:worker_threads';

/* A thread of the encoder that misbehaves: the first id of a text says how. */
const HANG = 666;
const CRASH = 667;
const FAIL = 668;

parentPort.on('message', ({ inputs }) => {
  const ids = inputs.map((input) => input.ids[0]);
  if (ids.includes(HANG)) for (;;);
  if (ids.includes(CRASH)) throw new RangeError('out of bounds');
  if (ids.includes(FAIL)) parentPort.postMessage({ kind: 'failed', message: 'an id beyond the vocabulary' });
  else
    parentPort.postMessage({
      kind: 'answer',
      outputs: ids.map((id) => ({ sentiment: [id, 0, inputs.length] })),
    });
});
parentPort.postMessage({ kind: 'ready' });
