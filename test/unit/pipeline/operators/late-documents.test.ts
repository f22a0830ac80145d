import { expect, it } from 'vitest';

import { resolveVersions } from '../../../../pipeline/operators/resolve-versions.js';
import { createStoryAssigner } from '../../../../pipeline/operators/stories/assign-stories.js';
import { rawDocument, scoredDocument } from '../../../support/documents.js';

const DAY = 86_400_000;
const store = {
  findVersions: () => Promise.resolve([]),
  findStories: () => Promise.resolve([]),
  findAuthorVoices: () => Promise.resolve([]),
  findSettled: () => Promise.resolve([]),
  findStoryEntries: () => Promise.resolve([]),
};

async function flagsOf(lateByMs: number, { backfill = false, virtualClock = false } = {}) {
  const document = { ...rawDocument({}), ...(backfill ? { backfill: true as const } : {}) };
  const message = {
    kind: 'scored' as const,
    raw: { partition: 0, offset: 0 },
    appendedAt: Date.parse(document.publishedAt) + lateByMs,
    scored: scoredDocument(document, { flags: [] }),
  };
  const deps = { store, weigh: () => [], stories: createStoryAssigner(store, 64), virtualClock };
  const { batch } = await resolveVersions([{ sequence: 0, message }], deps);
  return batch.versions.map(({ scored }) => scored.flags);
}

it('marks a document of a live world that the log took more than a day after its publication', async () => {
  expect(await flagsOf(DAY)).toEqual([[]]);
  expect(await flagsOf(DAY + 1)).toEqual([['late']]);
  expect(await flagsOf(DAY + 1, { backfill: true })).toEqual([[]]);
  expect(await flagsOf(DAY + 1, { virtualClock: true })).toEqual([[]]);
});
