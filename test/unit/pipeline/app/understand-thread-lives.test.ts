import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { startUnderstandThread, type UnderstandThread } from '../../../../pipeline/app/understand-thread.js';
import { CancelledError } from '../../../../pipeline/core/errors.js';
import type { LogMessage } from '../../../../pipeline/core/log.js';
import { ENCODER_SETTINGS } from '../../../support/encoder.js';
import { virtualClock, type VirtualClock } from '../../../support/virtual-clock.js';

const MARK = 'xyzzy';
/** Threads without a model: one gives back what it is asked, the others cannot start. */
const READS = `
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ positions, lengths, bytes }) => {
    if (Buffer.from(bytes).includes('${MARK}')) throw new Error('a text ended it');
    parentPort.postMessage({ keys: positions.map(({ key }) => key), kinds: positions.map(() => 'scored'), lengths, bytes });
  });
  parentPort.postMessage('ready');`;
const fails = (retriable: boolean) => `
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', () => undefined);
  parentPort.postMessage({ startFailed: { code: 'model_unanswered', message: 'No host answers.', retriable: ${retriable} } });`;
const HANGS = `
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', () => undefined);`;

let folder: string;
let entry: string;
let clock: VirtualClock;
let thread: UnderstandThread | null = null;
let restarts: string[] = [];
let problems: (string | null)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thread-'));
  entry = join(folder, 'thread.mjs');
  clock = virtualClock('2026-03-02T00:00:00Z');
  restarts = [];
  problems = [];
});

afterEach(async () => {
  await thread?.close();
  await rm(folder, { recursive: true });
});

async function start(code: string): Promise<UnderstandThread> {
  await writeFile(entry, code);
  const models = { sentiment: 'ngram', directory: null, encoder: ENCODER_SETTINGS };
  thread = startUnderstandThread(
    { world: 'demo', models, languages: null, instrumentFiles: [] },
    {
      passOn: ({ key }) => Promise.resolve({ key, value: new Uint8Array(), kind: 'dead-letter' }),
      onRestart: (reason) => restarts.push(reason),
      onStartFailed: (problem) => problems.push(problem?.code ?? null),
      onObserved: () => undefined,
      onPassedOn: () => undefined,
      entry,
      deadlineMs: 30_000,
      clock,
    },
  );
  if (thread === null) throw new Error('The entry is not there.');
  return thread;
}

/** Reads once, and then loses the thread, which from then on starts as `code` says. */
async function startAndLose(code: string): Promise<{ readonly reading: Promise<unknown> }> {
  const { understand } = await start(READS);
  expect(await understand([message('good')])).toMatchObject([{ key: 'good', kind: 'scored' }]);
  await writeFile(entry, code);
  return { reading: understand([message(MARK)]) };
}

/** Waits for the pause before the next try, ends it, and returns how long it was. */
async function nextPauseMs(): Promise<number> {
  await vi.waitFor(
    () => {
      expect(clock.sleepers()).toBe(1);
    },
    { timeout: 10_000 },
  );
  const before = clock.now();
  clock.advanceToNext();
  return clock.now() - before;
}

describe('a thread in the place of one that was lost', () => {
  it('is tried again after a growing pause while it cannot start for now, and nothing is lost', async () => {
    const { reading } = await startAndLose(fails(true));
    const pauses: number[] = [];
    for (let n = 0; n < 8; n += 1) pauses.push(await nextPauseMs());
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    await vi.waitFor(
      () => {
        expect(clock.sleepers()).toBe(1);
      },
      { timeout: 10_000 },
    );
    await writeFile(entry, READS);
    clock.advanceToNext();
    // The marked text ends two threads alone, and is passed on.
    expect(await reading).toMatchObject([{ kind: 'dead-letter' }]);
    expect(problems).toEqual([...Array.from({ length: 9 }, () => 'model_unanswered'), null]);
    expect(restarts).toEqual(['crash']);
    const mates = await thread?.understand([message('good'), message('next')]);
    expect(mates).toMatchObject([{ key: 'good' }, { key: 'next' }]);
  });

  it('is not waited for when the service ends, in the pause or while it starts', async () => {
    for (const code of [fails(true), HANGS]) {
      const { reading } = await startAndLose(fails(true));
      const ended = expect(reading).rejects.toBeInstanceOf(CancelledError);
      await vi.waitFor(
        () => {
          expect(clock.sleepers()).toBe(1);
        },
        { timeout: 10_000 },
      );
      if (code === HANGS) {
        await writeFile(entry, HANGS);
        clock.advanceToNext();
        // The next one is on its way when the turn is over.
        await nextTurn();
      }
      thread?.stopTrying();
      await ended;
      await thread?.close();
    }
  });

  it('ends the reading when its start fails for good', async () => {
    const { reading } = await startAndLose(fails(false));
    await expect(reading).rejects.toThrow('The thread that reads texts cannot start: No host answers.');
    expect(problems).toEqual([]);
  });
});

describe('the first thread', () => {
  it('refuses to start with its words, however its error is marked', async () => {
    for (const retriable of [true, false]) {
      const { understand } = await start(fails(retriable));
      await expect(understand([message('good')])).rejects.toThrow(
        'The thread that reads texts cannot start: No host answers.',
      );
      await thread?.close();
    }
    expect(problems).toEqual([]);
    expect(clock.sleepers()).toBe(0);
  });
});

function message(text: string): LogMessage {
  return { partition: 0, offset: 0, key: text, appendedAt: 0, value: new TextEncoder().encode(text) };
}
