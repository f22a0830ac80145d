import { describe, expect, it } from 'vitest';

import { createAnswerCache } from '../../../../models/encoder/answer-cache.js';
import { toSentiment } from '../../../../models/to-sentiment.js';

const answer = { sentiment: toSentiment([1, 1, 1]), topics: [], flags: [] };

describe('the cache of answers', () => {
  it('forgets what was not asked for longest, so that it keeps its size', () => {
    const cache = createAnswerCache(2_000);
    cache.set('a', answer);
    cache.set('b', answer);
    expect(cache.get('a')).toBe(answer);
    cache.set('c', answer);
    expect(['a', 'b', 'c'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it('counts a text that is stored twice once', () => {
    const cache = createAnswerCache(2_000);
    cache.set('a', answer);
    for (let time = 0; time < 5; time += 1) cache.set('b', answer);
    expect(cache.get('a')).toBe(answer);
  });

  it('keeps nothing without room, and no text longer than its room', () => {
    const cache = createAnswerCache(0);
    cache.set('a', answer);
    expect(cache.get('a')).toBeUndefined();
    const small = createAnswerCache(10_000);
    small.set('x'.repeat(10_000), answer);
    expect(small.get('x'.repeat(10_000))).toBeUndefined();
  });
});
