import { describe, expect, it } from 'vitest';

import type { RawDocument } from '../../../../pipeline/core/document.js';
import type { StoredVersion } from '../../../../pipeline/core/store.js';
import { toStoredVersion } from '../../../../pipeline/core/stored-version.js';
import { decideVersions } from '../../../../pipeline/operators/decide-versions.js';
import { rawDocument, scoredDocument, scoredMessage } from '../../../support/documents.js';

const EARLIER = '2026-03-01T09:00:00.000Z';
const LATER = '2026-03-02T11:00:00.000Z';
const LAST = '2026-03-03T09:00:00.000Z';
const stories = {
  assign: () => ({ storyId: 'story', storySketch: null }),
  remember: () => undefined,
};
const told = (offset: number, changes: Partial<RawDocument> = {}) => ({
  sequence: offset,
  message: scoredMessage(offset, scoredDocument(rawDocument(changes))),
});
const decide = (messages: readonly ReturnType<typeof told>[], stored: readonly StoredVersion[] = []) => {
  const known = new Map(stored.length === 0 ? [] : [[rawDocument().id, stored]]);
  return [...decideVersions(messages, known, stories).values()];
};

describe('decideVersions', () => {
  it.each<[what: string, history: Partial<RawDocument>, duplicate: boolean]>([
    ['of days ago', { publishedAt: EARLIER }, true],
    ['of the same time with another text', { text: 'Another text.' }, true],
    ['of days ago that takes it back', { publishedAt: EARLIER, action: 'retract' }, true],
    ['of days ago, changed since', { publishedAt: EARLIER, modifiedAt: LATER }, false],
    ['that was published later', { publishedAt: LATER }, false],
    ['that takes it back later', { publishedAt: LATER, action: 'retract' }, false],
  ])('lets history %s replace a live document only when it is newer', (_what, history, duplicate) => {
    const messages = [
      told(0),
      told(1, { ...history, backfill: true }),
      told(2, { text: 'Corrected live.', publishedAt: LAST }),
    ];
    const decided = decide(messages);
    expect(decided[1]).toMatchObject({ duplicate, version: duplicate ? 1 : 2 });
    // Done again after a crash: what came live later, and is stored by then, plays no part.
    const stored = decided
      .filter((one) => !one.duplicate)
      .map((one) => toStoredVersion({ ...one, ...one.item }, []));
    const again = decide(messages.slice(1), stored);
    expect(again.map(({ version, duplicate: repeated }) => [version, repeated])).toEqual(
      decided.slice(1).map(({ version, duplicate: repeated }) => [version, repeated]),
    );
  });

  it('lets history correct history, and live documents correct both', () => {
    const decided = decide([
      told(0, { backfill: true }),
      told(1, { backfill: true, text: 'Second.', publishedAt: EARLIER }),
      told(2, { text: 'Live.', publishedAt: EARLIER }),
      told(3, { backfill: true, text: 'Third.', publishedAt: EARLIER }),
    ]);
    expect(decided.map(({ version, duplicate }) => [version, duplicate])).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [3, true],
    ]);
  });
});
