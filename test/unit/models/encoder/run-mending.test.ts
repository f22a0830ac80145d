import { describe, expect, it } from 'vitest';

import { HostLostError, type Host } from '../../../../models/encoder/runtime/host.js';
import { runMending } from '../../../../models/encoder/runtime/run-mending.js';

const BAD = 13;

/** Fails on batches with a bad text; each run takes `runMs` of a clock of its own. */
function start(runMs: number) {
  let time = 0;
  const patience: number[] = [];
  const host: Pick<Host, 'run'> = {
    run({ inputs }, deadlineMs) {
      patience.push(deadlineMs);
      if (runMs > deadlineMs) return Promise.reject(new HostLostError('hang', 'It gave no answer.'));
      time += runMs;
      return inputs.some(({ ids }) => ids[0] === BAD)
        ? Promise.reject(new Error('out of memory'))
        : Promise.resolve(inputs.map(({ ids }) => ({ sentiment: [ids[0] ?? 0] })));
    },
  };
  const run = async (...ids: readonly number[]) => {
    const batch = ids.map((id) => ({ ids: [id], mentions: [] }));
    const outputs = await runMending(host, 'en', batch, { deadlineMs: 10_000, now: () => time });
    return outputs.map((output) => output?.sentiment[0] ?? null);
  };
  return { run, patience, spent: () => time };
}

describe('a batch that fails', () => {
  it('runs text by text, so that one cannot harm its mates', async () => {
    const { run, patience } = start(1_000);
    expect(await run(1, BAD, 3)).toEqual([1, null, 3]);
    expect(patience).toEqual([10_000, 9_000, 8_000, 7_000]);
  });

  it('has one deadline for all of them: what there is no time for is left unanswered, and the thread lives', async () => {
    const { run, spent } = start(2_000);
    expect(await run(1, 2, BAD, 4, 5, 6, 7, 8)).toEqual([1, 2, null, 4, null, null, null, null]);
    expect(spent()).toBe(10_000);
  });

  it('alone is not asked twice', async () => {
    const { run, patience } = start(1_000);
    expect(await run(BAD)).toEqual([null]);
    expect(patience).toHaveLength(1);
  });

  it('with its thread is told as lost', async () => {
    await expect(start(20_000).run(1, 2)).rejects.toThrow(HostLostError);
  });
});
