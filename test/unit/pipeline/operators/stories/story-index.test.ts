import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { sketchStory } from '../../../../../pipeline/operators/stories/sketch-story.js';
import {
  createStoryIndex,
  STORY_WINDOW_MS,
  type StoryIndex,
} from '../../../../../pipeline/operators/stories/story-index.js';

const AT = Date.UTC(2026, 2, 2);
const fingerprint = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

function tell(index: StoryIndex, text: string, time = AT): string {
  return index.assign({ fingerprint: fingerprint(text), time, sketch: sketchStory(null, text) }).storyId;
}

const STORY = 'Ambrose Mills shares rise 4% after record orders';

describe('a story index', () => {
  it('takes 400 reprints and one second story for two', () => {
    const index = createStoryIndex(1_024);
    const dress = [
      (text: string) => text,
      (text: string) => `UPDATE 1-${text}`,
      (text: string) => `OSLO, March 3 (Reuters) - ${text}`,
      (text: string) => `${text} - Bloomberg`,
      (text: string) => `RT @a: ${text}`,
    ];
    const told = Array.from({ length: 400 }, (_, n) =>
      tell(index, dress[n % dress.length]?.(STORY) ?? '', AT + n),
    );
    const other = tell(index, 'Ambrose Mills says fire stopped its Corran plant', AT + 400);
    expect(new Set([...told, other]).size).toBe(2);
    expect(new Set(told)).toEqual(new Set([fingerprint(STORY)]));
  });

  it('takes 1,000 posts of three accounts that only differ in dress for one', () => {
    const index = createStoryIndex(1_024);
    const posts = Array.from(
      { length: 1_000 },
      (_, n) => `${'🚀'.repeat(n % 7)} ${STORY}!! https://t.co/${n} via @user${n}`,
    );
    expect(new Set(posts.map((text, n) => tell(index, text, AT + n))).size).toBe(1);
  });

  it('brings no two texts of different numbers together by a cut one that fits both', () => {
    const [cut, up, down] = [
      'Ambrose Mills expects profit …',
      'Ambrose Mills expects profit up 2%',
      'Ambrose Mills expects profit down 20%',
    ];
    for (const texts of [
      [cut, up, down],
      [up, cut, down],
      [down, up, cut],
    ]) {
      const index = createStoryIndex(64);
      const told = new Map(texts.map((text) => [text, tell(index, text)]));
      expect(told.get(up)).not.toBe(told.get(down));
    }
  });

  it.each([
    [STORY_WINDOW_MS, 1],
    [-STORY_WINDOW_MS, 1],
    [STORY_WINDOW_MS + 1, 2],
    [-STORY_WINDOW_MS - 1, 2],
  ])('of texts %i ms apart makes stories: %i', (apart, stories) => {
    const index = createStoryIndex(64);
    expect(new Set([tell(index, STORY), tell(index, `UPDATE 1-${STORY}`, AT + apart)]).size).toBe(stories);
  });

  it('leaves texts without near-duplicates to their fingerprint', () => {
    const index = createStoryIndex(64);
    expect(index.assign({ fingerprint: 'f'.repeat(32), time: AT, sketch: null })).toEqual({
      storyId: 'f'.repeat(32),
      entered: false,
    });
  });

  it('forgets the oldest entries when it is full, and costs no more when all texts share their words', () => {
    const index = createStoryIndex(64);
    const first = tell(index, STORY);
    for (let n = 0; n < 2_000; n++) tell(index, `Shares rise ${n}% after record orders at Ambrose Mills`, AT);
    expect(tell(index, `UPDATE 1-${STORY}`)).not.toBe(first);
  });

  it('answers the same when it is filled again with what had entered', () => {
    const words = [
      'Ambrose',
      'Corran',
      'Mills',
      'shares',
      'rise',
      'fall',
      '2%',
      '20%',
      'orders',
      'today',
      'UPDATE 1-',
      '…',
    ];
    const text = fc
      .array(fc.constantFrom(...words), { minLength: 3, maxLength: 9 })
      .map((list) => list.join(' '));
    fc.assert(
      fc.property(fc.array(text, { minLength: 5, maxLength: 120 }), fc.nat(), (texts, at) => {
        const index = createStoryIndex(16);
        const entries: Parameters<StoryIndex['restore']>[0][] = [];
        const cut = at % texts.length;
        const told = texts.map((item, n) => {
          const sketch = sketchStory(null, item);
          const { storyId, entered } = index.assign({ fingerprint: fingerprint(item), time: AT + n, sketch });
          if (entered && sketch !== null && n < cut) entries.push({ storyId, time: AT + n, sketch });
          return storyId;
        });
        const again = createStoryIndex(16);
        // Something else was in it before.
        tell(again, STORY);
        again.clear();
        for (const entry of entries.slice(-16)) again.restore(entry);
        expect(texts.slice(cut).map((item, n) => tell(again, item, AT + cut + n))).toEqual(told.slice(cut));
      }),
      { numRuns: 300 },
    );
  });
});
