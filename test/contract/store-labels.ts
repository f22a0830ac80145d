import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Label } from '../../pipeline/core/label.js';
import type { Store } from '../../pipeline/storage/open-store.js';
import { BASE, DAY, hexId, HOUR, makeEvent, MINUTE, versionWriter } from '../support/store.js';
import type { StoreFactory } from './store.js';

const AUTHOR = 'u_0123456789abcdef0123';
const QUERY = {
  from: BASE - DAY,
  to: BASE + DAY,
  language: null,
  uncertain: 2,
  random: 0,
  seed: 1,
};

const label = (name: string, author: string, more: Partial<Label> = {}): Label => ({
  documentId: hexId(name),
  version: 1,
  instrument: '',
  value: 'negative',
  origin: 'label',
  author,
  guideline: '1',
  at: BASE + HOUR,
  ...more,
});

/** What any store must do with labels. Tests build on one another. */
export function describeLabels(name: string, createFactory: () => StoreFactory): void {
  describe(`${name} with labels`, () => {
    const factory = createFactory();
    let store: Store;
    beforeAll(async () => {
      store = await factory.open();
      const { put } = versionWriter(() => store);
      await put(
        { name: 'sure', negative: 0.98 },
        { name: 'unsure', negative: 0.45 },
        { name: 'half', negative: 0.3, text: 'Half sure' },
        { name: 'copy', negative: 0.45, copy: true },
        { name: 'unread', negative: 0.45, flags: ['unclassified'] },
        { name: 'quoted', negative: 0.9, author: AUTHOR },
        { name: 'old', negative: 0.45, at: BASE - 9 * DAY },
      );
      const event = makeEvent({ id: 'quoting', sequence: 1, type: 'firing', state: 'firing' });
      const document = {
        id: hexId('quoted'),
        title: 'Title',
        sentence: 'Sentence',
        url: null,
        source: 'The Wire',
        publishedAt: new Date(BASE).toISOString(),
        negative: 0.9,
        weight: 1,
      };
      await store.appendEvents([{ ...event, alert: { ...event.alert, documents: [document] } }]);
    });
    afterAll(async () => {
      await store.close();
      await factory.remove();
    });
    const ids = async (query: Partial<typeof QUERY> = {}) =>
      (await store.labels.candidates({ ...QUERY, ...query })).map(({ id }) => id);

    it('names the documents of the time that are worth asking about: quoted and uncertain ones, no copy, none that no model read', async () => {
      expect(await store.labels.candidates(QUERY)).toEqual([
        { id: hexId('quoted'), version: 1, drawn: false, alerts: 1 },
        { id: hexId('unsure'), version: 1, drawn: false, alerts: 0 },
      ]);
      const all = new Set(['quoted', 'unsure', 'half', 'sure'].map(hexId));
      expect(new Set(await ids({ uncertain: 10 }))).toEqual(all);
      const drawn = await store.labels.candidates({ ...QUERY, uncertain: 0, random: 10 });
      expect(new Set(drawn.map(({ id }) => id))).toEqual(all);
      expect(drawn.every((row) => row.drawn)).toBe(true);
      expect(await ids({ language: 'zh' } as object)).toEqual([]);
      expect(await ids({ language: 'en' } as object)).toHaveLength(2);
    });

    it('keeps everything that was said, answers with the newest of each person, and refuses what is not stored', async () => {
      const changed = label('half', 'ann', { value: 'positive', at: BASE + 2 * HOUR });
      const said = [
        label('half', 'ann'),
        changed,
        label('half', 'bo'),
        label('sure', 'ann', { instrument: 'ACME.XNAS' }),
      ];
      expect(await store.labels.add(said)).toEqual([]);
      expect(await store.labels.add(said)).toEqual([]);
      expect(await store.labels.add([label('unknown', 'ann'), label('half', 'ann', { version: 7 })])).toEqual(
        [hexId('unknown'), hexId('half')],
      );
      const decided = label('half', 'ann', { origin: 'adjudication', value: 'neutral', at: BASE + 3 * HOUR });
      await store.labels.add([decided]);
      const listed = await store.labels.list();
      expect(listed).toHaveLength(4);
      expect(listed).toEqual(expect.arrayContaining([changed, decided, label('half', 'bo')]));
    });

    it('asks nobody twice, and another person for a second look', async () => {
      expect(await ids({ uncertain: 10 })).toEqual([hexId('quoted'), hexId('unsure')]);
      await store.labels.add([label('quoted', 'ann', { at: BASE + 4 * MINUTE })]);
      const seconds = (labeller: string) => store.labels.secondLooks({ language: null, labeller }, 10);
      expect(await seconds('bo')).toEqual([{ id: hexId('quoted'), version: 1 }]);
      expect(await seconds('ann')).toEqual([]);
      const [view] = await store.labels.read([{ id: hexId('half'), version: 1 }]);
      expect(view?.text).toBe('Half sure');
    });

    it('forgets what was said about the documents of an erased person', async () => {
      const target = { kind: 'author', source: 'wire', pseudonym: AUTHOR } as const;
      expect(await store.erasure.count([target])).toMatchObject({ documents: 1, labels: 1 });
      const erasures = await store.erasure.begin([target], BASE);
      await store.erasure.collect(erasures);
      await store.erasure.removeDocuments(erasures);
      expect((await store.labels.list()).map(({ documentId }) => documentId)).not.toContain(hexId('quoted'));
      expect(await store.labels.add([label('quoted', 'bo')])).toEqual([hexId('quoted')]);
      await store.erasure.purge();
      await store.erasure.end(erasures, {}, BASE);
    });

    it('forgets what was said about documents that have expired', async () => {
      await store.labels.add([label('old', 'ann')]);
      await store.retention.expireDocuments('news', BASE - 5 * DAY);
      expect((await store.labels.list()).map(({ documentId }) => documentId)).not.toContain(hexId('old'));
    });
  });
}
