import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeriesQuery } from '../../pipeline/core/store.js';
import type { Store } from '../../pipeline/storage/open-store.js';
import { BASE, batchOf, hexId, HOUR, MINUTE, minutesOf, touchedBy, versionWriter } from '../support/store.js';
import type { StoreFactory } from './store.js';

/** Behind every place in the log. */
const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** What every store must know of stories, and of who tells them. One store for the suite; each test uses names of its own. */
export function describeStoryStore(name: string, createFactory: () => StoreFactory): void {
  describe(`${name} about stories`, () => {
    const factory = createFactory();
    let store: Store;
    beforeAll(async () => {
      store = await factory.open();
    });
    afterAll(async () => {
      await store.close();
      await factory.remove();
    });

    const { put } = versionWriter(() => store);
    const ask = (series: string, more: Partial<SeriesQuery> = {}) => store.series(minutesOf(series, more));

    it('finds who tells a story, of six hours the four that came first', async () => {
      const specs = Array.from({ length: 25 }, (_, n) => ({
        name: `copy ${n}`,
        story: 'told often',
        at: BASE + n * HOUR,
        series: ['STORY.X'],
      }));
      const versions = await put(...specs);
      const stretch = { from: BASE, to: BASE + 24 * HOUR, before: EVERYTHING };
      const found = await store.findStories([hexId('told often'), hexId('untold')], stretch);
      // BASE is three hours into a block of six.
      expect(found.map(({ documentId }) => documentId)).toEqual(
        [0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 15, 16, 17, 18, 21, 22, 23].map((n) => hexId(`copy ${n}`)),
      );
      expect(found[3]).toEqual({
        storyId: hexId('told often'),
        documentId: hexId('copy 3'),
        version: 1,
        publishedAt: BASE + 3 * HOUR,
        sequence: versions[3]?.sequence,
      });
      const before = versions[2]?.sequence ?? EVERYTHING;
      expect(await store.findStories([hexId('told often')], { ...stretch, before })).toEqual(
        found.slice(0, 2),
      );
    });

    it('does not find who left a story or is silent, but found it before', async () => {
      const story = { story: 'left by some', series: ['LEFT.X'] };
      await put({ name: 'taken back', ...story }, { name: 'stays', ...story });
      await put({ name: 'spam', ...story, silent: true }, { name: 'tells another', ...story });
      const [gone] = await put({
        ...story,
        name: 'taken back',
        version: 2,
        action: 'retract',
        leftStory: 'left by some',
      });
      await put({
        name: 'tells another',
        version: 2,
        story: 'another',
        leftStory: 'left by some',
        series: ['LEFT.X'],
      });
      const told = async (before: number) =>
        (await store.findStories([hexId('left by some')], { from: BASE, to: BASE + 1, before })).map(
          ({ documentId }) => documentId,
        );
      expect(await told(EVERYTHING)).toEqual([hexId('stays')]);
      expect(await told(gone?.sequence ?? 0)).toEqual(['taken back', 'stays', 'tells another'].map(hexId));
      await put({ name: 'tells another', version: 3, ...story });
      expect(await told(EVERYTHING)).toEqual(['stays', 'tells another'].map(hexId));
    });

    it('knows who told a story, with what says how it spread, now and at an earlier time', async () => {
      const told = { story: 'spread', series: ['SPREAD.X'] };
      const post = { ...told, kind: 'social' as const, copy: true };
      await put(
        { name: 'report', ...told },
        { name: 'post', ...post, at: BASE + 5, author: 'u_00000001', accountSince: '2026-03-01' },
        { name: 'other post', ...post, at: BASE + 9, author: 'u_00000002' },
        { name: 'taken back', ...post, at: BASE + 7, author: 'u_00000001' },
      );
      await put({
        ...post,
        name: 'taken back',
        version: 2,
        action: 'retract',
        leftStory: 'spread',
        knownAt: BASE + MINUTE,
      });
      await put({
        ...post,
        name: 'other post',
        at: BASE + 9,
        version: 2,
        action: 'replace',
        author: 'u_00000002',
        accountSince: '2026-03-02',
        knownAt: BASE + MINUTE,
      });
      const source = { id: 'wire', name: 'The Wire' };
      const members = await store.storyMembers(hexId('spread'), null);
      expect(members).toEqual([
        {
          documentId: hexId('report'),
          publishedAt: BASE,
          source: { ...source, kind: 'news' },
          author: null,
          accountSince: null,
          fingerprint: hexId('text of report'),
        },
        expect.objectContaining({
          documentId: hexId('post'),
          source: { ...source, kind: 'social' },
          author: 'u_00000001',
          accountSince: Date.UTC(2026, 2, 1),
        }),
        expect.objectContaining({ documentId: hexId('other post'), accountSince: Date.UTC(2026, 2, 2) }),
      ]);
      const before = await store.storyMembers(hexId('spread'), BASE + MINUTE - 1);
      expect(before.map(({ documentId }) => documentId)).toEqual(
        ['report', 'post', 'taken back', 'other post'].map(hexId),
      );
      expect(before.at(-1)?.accountSince).toBeNull();
      expect(await store.storyMembers(hexId('untold'), null)).toEqual([]);
    });

    it('finds in which series an account had a weight on a day', async () => {
      const post = { authorDay: 'anna 2026-03-02' };
      const versions = await put(
        ...[1, 2, 3, 4].map((n) => ({ name: `post ${n}`, ...post, series: ['A.X'], story: `post ${n}` })),
        { name: 'copy of a post', ...post, series: ['A.X', 'B.X'], copy: true },
        { name: 'of another day', authorDay: 'anna 2026-03-03', series: ['A.X'] },
      );
      const voices = async (before: number) =>
        (await store.findAuthorVoices(['anna 2026-03-02', 'nobody 2026-03-02'], before)).map(
          ({ documentId }) => documentId,
        );
      expect(await voices(EVERYTHING)).toEqual(['post 1', 'post 2', 'post 3'].map(hexId));
      expect(await voices(versions[1]?.sequence ?? 0)).toEqual([hexId('post 1')]);
      expect(await store.findAuthorVoices([], EVERYTHING)).toEqual([]);
    });

    it('moves the weight of a story to whom it turns, and as of before leaves it where it was', async () => {
      const told = { story: 'turning', series: ['TURN.X'] };
      const [, copy] = await put(
        { name: 'turn opener', ...told, negative: 0.9 },
        { name: 'turn copy', ...told, negative: 0.8, copy: true },
      );
      const turn = {
        documentId: hexId('turn copy'),
        version: 1,
        publishedAt: copy?.scored.document.publishedAt ?? '',
        series: ['TURN.X'],
        opensStory: true,
      };
      const [leaving] = await put({
        name: 'turn opener',
        version: 2,
        action: 'retract',
        knownAt: BASE + MINUTE,
        ...told,
        series: [],
        leftStory: 'turning',
        withdrawn: [{ series: 'TURN.X', publishedAt: new Date(BASE).toISOString() }],
        turns: [turn],
      });
      const weights = async () => (await store.hours(['TURN.X'], BASE, BASE + HOUR)).get('TURN.X');
      expect(await weights()).toMatchObject([{ documents: 1, stories: 1, weight: 1, negativeWeight: 0.8 }]);
      expect(await store.evidence('TURN.X', BASE, BASE + HOUR, 5)).toMatchObject([
        { id: hexId('turn copy') },
      ]);
      expect(await ask('TURN.X')).toMatchObject([{ documents: 1, stories: 1 }]);
      expect(await ask('TURN.X', { asOf: BASE + MINUTE - 1 })).toMatchObject([{ documents: 2, stories: 1 }]);
      // A repeat after a crash changes nothing.
      if (leaving === undefined) throw new Error('no version');
      await store.write(batchOf(leaving));
      await store.rollUp(touchedBy(leaving));
      expect(await weights()).toMatchObject([{ documents: 1, stories: 1, weight: 1 }]);
      expect((await store.counts()).rollUpDifferences).toBe(0);
    });

    it('finds the newest entries of stories before a place in the log, in their order', async () => {
      const at = (n: number) => BASE + n * MINUTE;
      const specs = ['A', 'B', null, 'C'].map((storySketch, n) => ({
        name: `entry ${n}`,
        story: `entry ${n}`,
        at: at(n),
        series: ['ENTRY.X'],
        ...(storySketch === null ? {} : { storySketch }),
      }));
      const versions = await put(...specs);
      // A repeat after a crash is no further entry.
      await store.write(batchOf(...versions));
      const found = await store.findStoryEntries(EVERYTHING, 3);
      expect(found).toEqual(
        [0, 1, 3].map((n) => ({
          storyId: hexId(`entry ${n}`),
          publishedAt: at(n),
          sketch: specs[n]?.storySketch,
        })),
      );
      const before = versions[3]?.sequence ?? 0;
      expect(await store.findStoryEntries(before, 1)).toEqual([found[1]]);
      expect(await store.findStoryEntries(0, 3)).toEqual([]);
    });
  });
}
