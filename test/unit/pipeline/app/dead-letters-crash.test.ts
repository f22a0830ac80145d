import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createCrashGuard } from '../../../../pipeline/app/dead-letters-crash.js';
import { systemClock } from '../../../../pipeline/core/clock.js';
import { RAW_TOPIC, type DurableLog } from '../../../../pipeline/core/log.js';
import type { ScoredMessage } from '../../../../pipeline/core/scored.js';
import { decodeScoredMessage, encodeScoredMessage } from '../../../../pipeline/log/codec.js';
import type { UnderstoodRecord } from '../../../../pipeline/operators/understand-batch.js';
import { openLmdbLog } from '../../../../pipeline/log/lmdb-log.js';

let path: string;
let log: DurableLog;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'bellwether-crash-'));
  log = await openLmdbLog({ path, clock: systemClock });
});
afterEach(async () => {
  await log.close();
  await rm(path, { recursive: true, force: true });
});

const append = (from: number, count: number) =>
  log.append(
    RAW_TOPIC,
    Array.from({ length: count }, (_, n) => ({ key: 'k', value: Buffer.from(`message ${from + n}`) })),
  );

class Crash extends Error {}

interface Run {
  /** Largest batch that was given to the work. */
  largest: number;
  read: number[];
  letters: number[];
  /** Bytes of the largest record that was made. */
  largestRecord: number;
  crashed: boolean;
}

function lettersIn(records: readonly UnderstoodRecord[]): readonly number[] {
  return records
    .filter(({ kind }) => kind === 'dead-letter')
    .map(({ value }) => decodeScoredMessage(value).raw.offset);
}

/** One life of the process: reads on until all is committed, or dies at the poison with whatever it had in work. */
async function live(poison: readonly number[], options: { killAt?: number } = {}): Promise<Run> {
  const letters: number[] = [];
  const run: Run = { largest: 0, read: [], letters, largestRecord: 0, crashed: false };
  const guard = createCrashGuard({
    log,
    clock: systemClock,
    encodeScored: (message: ScoredMessage) => encodeScoredMessage(message),
    onCondemned: () => undefined,
  });
  const reader = await guard.log.openReader(RAW_TOPIC, 'understand', {});
  const work = guard.understand((messages) => {
    for (const { offset } of messages) {
      if (poison.includes(offset) || offset === options.killAt) throw new Crash();
    }
    return Promise.resolve(
      messages.map(({ offset }) => ({
        key: 'k',
        value: Buffer.from(`done ${offset}`),
        kind: 'scored' as const,
      })),
    );
  });
  const end = (await log.endPositions(RAW_TOPIC))[0]?.offset ?? 0;
  try {
    for (let done = 0; done < end;) {
      const messages = await reader.pull({ maxMessages: 200, maxBytes: 1e9, waitMs: 1 });
      if (messages.length === 0) {
        done = (await log.committedPositions(RAW_TOPIC, 'understand'))[0]?.offset ?? 0;
        continue;
      }
      run.largest = Math.max(run.largest, messages.length);
      const records = await work(messages);
      letters.push(...lettersIn(records));
      run.largestRecord = Math.max(run.largestRecord, ...records.map(({ value }) => value.byteLength));
      run.read.push(...messages.map(({ offset }) => offset));
      await reader.commit([{ partition: 0, offset: (messages.at(-1)?.offset ?? 0) + 1 }]);
    }
    await guard.ended();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    run.crashed = true;
  } finally {
    await reader.close();
  }
  return run;
}

async function livesUntilDone(poison: readonly number[]): Promise<readonly Run[]> {
  const runs: Run[] = [];
  do runs.push(await live(poison));
  while (runs.at(-1)?.crashed === true && runs.length < 30);
  return runs;
}

describe('a message that ends the process', () => {
  it('is dead-lettered at the eighth attempt, it alone, and everything else is read', async () => {
    await append(0, 40);
    const runs = await livesUntilDone([17]);
    expect(runs.map(({ crashed }) => crashed)).toEqual([true, true, true, true, true, true, true, false]);
    expect(runs.flatMap(({ letters }) => letters)).toEqual([17]);
    expect(new Set(runs.flatMap(({ read }) => read)).size).toBe(40);
  });

  it('is cut when its letter would be larger than a message of the log may be', async () => {
    await log.append(RAW_TOPIC, [{ key: 'k', value: Buffer.alloc(15_000_000) }]);
    const last = (await livesUntilDone([0])).at(-1);
    expect(last).toMatchObject({ crashed: false, letters: [0] });
    expect(last?.largestRecord).toBeLessThan(2_000_000);
  });

  it('is found in a large backlog one attempt later, and the rest of the backlog is read in groups', async () => {
    await append(0, 1_000);
    const runs = await livesUntilDone([555]);
    expect(runs).toHaveLength(9);
    expect(runs.flatMap(({ letters }) => letters)).toEqual([555]);
    expect(runs.at(-1)?.largest).toBeGreaterThan(1);
  });

  it('is found when there are several', async () => {
    await append(0, 30);
    const runs = await livesUntilDone([0, 1, 29]);
    expect(runs.at(-1)?.crashed).toBe(false);
    expect(runs.flatMap(({ letters }) => letters)).toEqual([0, 1, 29]);
  });

  it('is never seen in one that is only near an ordinary kill, however many there are', async () => {
    await append(0, 60);
    for (let kill = 0; kill < 60; kill += 1) {
      const { letters } = await live([], { killAt: kill });
      expect(letters).toEqual([]);
    }
    expect((await live([])).letters).toEqual([]);
  });

  it('costs nothing after a clean end', async () => {
    await append(0, 100);
    expect((await live([])).largest).toBe(100);
    await append(100, 100);
    const { largest, read } = await live([]);
    expect(largest).toBe(100);
    expect(read[0]).toBe(100);
  });
});
