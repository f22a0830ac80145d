import { describe, expect, it } from 'vitest';

import type { StoryMember } from '../../../../../pipeline/core/story.js';
import {
  describeStory,
  noveltyOf,
  storyFactsOf,
} from '../../../../../pipeline/operators/stories/describe-story.js';

const AT = Date.UTC(2026, 2, 2);
const HOUR = 3_600_000;

function member(n: number, overrides: Partial<StoryMember> = {}): StoryMember {
  return {
    documentId: `d${n}`,
    publishedAt: AT + n * HOUR,
    source: { id: 'wire', name: 'Wire', kind: 'news' },
    author: null,
    accountSince: null,
    fingerprint: `f${n}`,
    ...overrides,
  };
}
const post = (n: number, author: string, overrides: Partial<StoryMember> = {}) =>
  member(n, { source: { id: 'posts', name: 'Posts', kind: 'social' }, author, ...overrides });

describe('describeStory', () => {
  it('names the first source, copies, outlets, authors and platforms', () => {
    const paper = { id: 'paper', name: 'Paper', kind: 'news' } as const;
    const spread = describeStory([
      member(2, { source: paper }),
      member(1),
      member(3, { source: paper }),
      post(4, 'a'),
      post(5, 'b'),
    ]);
    expect(spread).toMatchObject({
      firstSource: { id: 'wire', name: 'Wire' },
      firstAt: AT + HOUR,
      lastAt: AT + 5 * HOUR,
      copies: 4,
      outlets: 2,
      authors: 2,
      platforms: { news: 3, social: 2 },
    });
  });

  it('says that 1,000 copies were driven by three accounts', () => {
    const posts = Array.from({ length: 1_000 }, (_, n) =>
      post(0, `account ${n % 3}`, { documentId: `d${n}`, fingerprint: 'one', accountSince: AT - 86_400_000 }),
    );
    expect(describeStory(posts)?.guard).toEqual({
      authorDiversity: 0.003,
      copyShare: 1,
      synchrony: 1,
      youngShare: 1,
      drivenBy: 3,
    });
  });

  it('says nothing of the kind of a story that many people write of in their own words', () => {
    const posts = Array.from({ length: 60 }, (_, n) => post(n, `person ${n}`));
    expect(describeStory(posts)?.guard).toMatchObject({
      authorDiversity: 1,
      copyShare: 0,
      youngShare: null,
      drivenBy: null,
    });
  });

  it('knows nothing of authors where there are none, and nothing at all without documents', () => {
    expect(describeStory([member(1)])?.guard.authorDiversity).toBeNull();
    expect(describeStory([])).toBeNull();
  });
});

describe('noveltyOf', () => {
  it('is 1 for the first document and falls with copies and by half a day', () => {
    expect(noveltyOf({ earlier: 0, ageMs: 0 })).toBe(1);
    expect(noveltyOf({ earlier: 1, ageMs: 0 })).toBe(0.5);
    expect(noveltyOf({ earlier: 1, ageMs: 24 * HOUR })).toBe(0.25);
    expect(noveltyOf({ earlier: 3, ageMs: -HOUR })).toBe(0.25);
  });
});

describe('What is said of a story beside a document', () => {
  it('has the novelty of the document: all for the first, little for a late copy', () => {
    const members = [member(0), member(1), member(2)];
    const facts = (id: string, publishedAt: number) => storyFactsOf({ id, publishedAt }, members);
    const [first, , last] = members;
    expect(facts(first!.documentId, first!.publishedAt)).toMatchObject({ novelty: 1, copies: 2 });
    expect(facts('late', last!.publishedAt + 24 * HOUR)?.novelty).toBeLessThan(0.15);
  });

  it('is nothing where nobody tells it any more', () => {
    expect(storyFactsOf({ id: 'gone', publishedAt: AT }, [])).toBeNull();
  });
});
