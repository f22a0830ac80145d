import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DocumentVersion, SeriesPoint } from '../../pipeline/core/store.js';
import { openStore, type Store } from '../../pipeline/storage/open-store.js';
import { BASE, batchOf, HOUR, makeVersion, MINUTE, stillClock, touchedBy } from '../support/store.js';

const path = mkdtempSync(join(tmpdir(), 'bellwether-history-'));
let store: Store;
let run = 0;
let offset = 0;

beforeAll(async () => {
  store = await openStore({ path, world: 'replay', clock: stillClock });
});
afterAll(async () => {
  await store.close();
  await rm(path, { recursive: true, force: true });
});

interface Step {
  readonly document: number;
  readonly action: 'add' | 'replace' | 'retract' | 'repeat';
  readonly minute: number;
  readonly both: boolean;
  readonly negative: number;
  readonly macro: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  document: fc.integer({ min: 0, max: 2 }),
  action: fc.constantFrom('add', 'replace', 'replace', 'retract', 'repeat'),
  minute: fc.integer({ min: 0, max: 2 }),
  both: fc.boolean(),
  negative: fc.constantFrom(0, 0.25, 0.5, 1),
  macro: fc.boolean(),
});

/** The version the monitor would make of a step, with what it withdraws from the one before. */
function toVersion(
  step: Step,
  names: { readonly run: number; readonly series: readonly string[] },
  before: DocumentVersion | undefined,
  knownAt: number,
): DocumentVersion {
  const [main, other] = names.series as [string, string];
  const retracts = step.action === 'retract';
  const series = retracts ? [] : step.both ? [main, other] : [main];
  const at = BASE + step.minute * MINUTE;
  const counted = before?.contributions.map((contribution) => contribution.series) ?? [];
  const beforeAt = before?.scored.document.publishedAt ?? '';
  offset += 1;
  return makeVersion({
    name: `run ${names.run} document ${step.document}`,
    offset,
    version: (before?.version ?? 0) + 1,
    action: retracts ? 'retract' : 'add',
    at,
    knownAt,
    series,
    negative: step.negative,
    topics: step.macro ? ['macro', 'earnings'] : ['earnings'],
    withdrawn: counted
      .filter((key) => !series.includes(key) || beforeAt !== new Date(at).toISOString())
      .map((key) => ({ series: key, publishedAt: beforeAt })),
  });
}

/** Documents per series and minute, counted from the newest versions alone. */
function countByHand(newest: readonly DocumentVersion[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { scored, contributions } of newest) {
    for (const { series } of contributions) {
      const key = `${series} ${Date.parse(scored.document.publishedAt)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts].map(([key, count]) => `${key} ${count}`).sort();
}

const asCounts = (points: readonly SeriesPoint[]) =>
  points.map(({ series, start, documents }) => `${series} ${start} ${documents}`).sort();

it('never changes an answer as of a time, and the present equals a count of the newest versions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 7 }), async (steps) => {
      run += 1;
      const names = { run, series: [`A${run}.X`, `B${run}.X`] };
      const ask = (asOf: number | null, topic: 'macro' | null) =>
        store.series({
          series: names.series,
          topic,
          frequency: '1m',
          from: BASE,
          to: BASE + HOUR,
          asOf,
          minRelevance: 0,
        });
      const newest = new Map<number, DocumentVersion>();
      const answers: (readonly SeriesPoint[])[] = [];
      for (const [index, step] of steps.entries()) {
        const before = newest.get(step.document);
        const repeats = step.action === 'repeat' && before !== undefined;
        const version = repeats ? before : toVersion(step, names, before, BASE + index * 1000);
        newest.set(step.document, version);
        await store.write(batchOf(version));
        await store.rollUp(touchedBy(version));
        answers.push(await ask(BASE + index * 1000, index % 2 === 0 ? null : 'macro'));
      }
      for (const [index, answer] of answers.entries()) {
        expect(await ask(BASE + index * 1000, index % 2 === 0 ? null : 'macro')).toEqual(answer);
      }
      expect(asCounts(await ask(null, null))).toEqual(countByHand([...newest.values()]));
      expect(await ask(BASE + HOUR, 'macro')).toEqual(await ask(null, 'macro'));
    }),
    { numRuns: 12 },
  );
  expect(await store.counts()).toMatchObject({ rollUpDifferences: 0 });
}, 120_000);
