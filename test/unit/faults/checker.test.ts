import { describe, expect, it } from 'vitest';

import { contentHash } from '../../../ingest/parse/identity.js';
import type { StoredVersion } from '../../../pipeline/core/store.js';
import { compareVersions } from '../../faults/checker.js';
import type { ExpectedDocument } from '../../faults/driver.js';

const publishedAt = '2026-03-02T09:00:00.000Z';
const expected: ExpectedDocument = {
  nativeId: 'note-1',
  versions: [
    { action: 'add', title: 'Tesla ships on time', publishedAt },
    { action: 'replace', title: 'Tesla ships late', publishedAt },
    { action: 'replace', title: '比亚迪 ships late', publishedAt },
  ],
};
const hashes = expected.versions.map((content) =>
  contentHash({ ...content, text: '', tickers: [], modifiedAt: null }),
);

const stored = (order: readonly number[]): readonly StoredVersion[] =>
  order.map((from, index) => ({
    id: 'id',
    version: index + 1,
    contentHash: hashes[from] ?? '',
    raw: { partition: 0, offset: index },
    sequence: index,
    action: from === 0 ? 'add' : 'replace',
    publishedAt,
    changedAt: Date.parse(publishedAt),
    backfill: false,
    storyId: `story ${index}`,
    storySketch: null,
    series: [],
  }));

describe('The checker of faults', () => {
  it('finds nothing wrong with what is there once, in order', () => {
    expect(compareVersions(expected, stored([0, 1, 2]))).toEqual([]);
  });

  it.each([
    ['two corrections in the wrong order', [0, 2, 1]],
    ['one text twice', [0, 1, 1]],
    ['a version that is missing', [0, 1]],
    ['nothing', []],
  ])('sees %s', (_what, order) => {
    expect(compareVersions(expected, stored(order))).not.toEqual([]);
  });

  it('sees a number that is left out', () => {
    const versions = stored([0, 1, 2]).map((each) => ({ ...each, version: each.version * 2 - 1 }));
    expect(compareVersions(expected, versions).join()).toContain('1, 2, 3');
  });
});
