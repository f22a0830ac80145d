import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { blankEvidence, type ErasureTarget } from '../../pipeline/core/erasure.js';
import type { Store } from '../../pipeline/storage/open-store.js';
import { bytesIn } from '../support/find-bytes.js';
import { BASE, DAY, hexId, HOUR, makeEvent, MINUTE, versionWriter } from '../support/store.js';
import type { StoreFactory } from './store.js';

const AUTHOR = 'u_0123456789abcdef0123';
const PERSON: ErasureTarget = { kind: 'author', source: 'wire', pseudonym: AUTHOR };
/** A rare word that no other text holds; long, so that compression leaves a run of it. */
const SECRET = 'Zyxwvut-canary-7f3a9c51e2 平安银行绝密';

/** What removing for a person, for a licence and by age must do in any store. Tests build on one another. */
export function describeErasure(
  name: string,
  createFactory: () => StoreFactory & { readonly path: string },
): void {
  describe(`${name} when it forgets`, () => {
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
    const series = (key: string, frequency: '1m' | '1h' | '1d' = '1h', asOf: number | null = null) =>
      store.series({
        series: [key],
        topic: null,
        frequency,
        from: BASE - 90 * DAY,
        to: BASE + DAY,
        asOf,
        minRelevance: 0,
      });
    const erase = async (target: ErasureTarget) => {
      const erasures = await store.erasure.begin([target], BASE);
      const ids = await store.erasure.collect(erasures);
      await store.erasure.removeDocuments(erasures);
      await store.rollUp(await store.erasure.windows(0, 1_000));
      const quoting = await store.erasure.quotations(erasures);
      const quoted = await store.erasure.quotedIds(erasures);
      await store.erasure.replaceEvents(
        quoting.map((event) => ({
          ...event,
          alert: {
            ...event.alert,
            documents: event.alert.documents.map((item) =>
              quoted.has(item.id) ? blankEvidence(item) : item,
            ),
          },
        })),
      );
      const purged = await store.erasure.purge();
      await store.erasure.end(erasures, {}, BASE + 1);
      return { ids, purged };
    };
    const books = async () => {
      const { stored, erased, expired, storedReceipts, rollUpDifferences } = await store.counts();
      return { stored, erased, expired, storedReceipts, rollUpDifferences };
    };

    it('counts what an erasure would take and changes nothing', async () => {
      await put(
        { name: 'hers', series: ['ACME.X'], text: `${SECRET} one`, author: AUTHOR, negative: 0.9 },
        { name: 'his', series: ['ACME.X'], negative: 0.1, at: BASE + MINUTE },
      );
      await put({ name: 'hers', version: 2, series: [], action: 'retract', knownAt: BASE + HOUR });
      await store.appendEvents([
        {
          ...makeEvent({ id: 'quoting', sequence: 1, type: 'firing', state: 'firing' }),
          alert: {
            ...makeEvent({ id: 'quoting', sequence: 1, type: 'firing', state: 'firing' }).alert,
            documents: [
              {
                id: hexId('hers'),
                title: SECRET,
                sentence: SECRET,
                url: 'https://wire.example/hers',
                source: 'The Wire',
                publishedAt: new Date(BASE).toISOString(),
                negative: 0.9,
                weight: 0.9,
              },
            ],
          },
        },
      ]);
      expect(await store.erasure.count([PERSON])).toEqual({
        documents: 1,
        versions: 2,
        mentions: 1,
        scores: 0,
        labels: 0,
        alertEvents: 1,
        unattributed: 1,
      });
      expect(await store.erasure.count([{ kind: 'source', source: 'elsewhere' }])).toMatchObject({
        documents: 0,
      });
      expect(await books()).toEqual({
        stored: 3,
        erased: 0,
        expired: 0,
        storedReceipts: 3,
        rollUpDifferences: 0,
      });
    });

    it('removes every version of a person, also one without the author, from every answer and from the disk', async () => {
      expect(await bytesIn(factory.path, ['canary-7f3a9c51e2'])).not.toEqual([]);
      expect(await erase(PERSON)).toEqual({ ids: [hexId('hers')], purged: true });
      expect(await store.document(hexId('hers'), null)).toBeNull();
      expect(await store.document(hexId('hers'), BASE + MINUTE)).toBeNull();
      expect(await series('ACME.X')).toMatchObject([{ documents: 1, negative: 0.1 }]);
      expect(await series('ACME.X', '1h', BASE + MINUTE)).toMatchObject([{ documents: 1, negative: 0.1 }]);
      const alert = await store.alert('quoting');
      expect(alert?.alert.documents).toMatchObject([
        { id: hexId('hers'), sentence: '', url: null, weight: 0.9 },
      ]);
      expect(await bytesIn(factory.path, ['canary-7f3a9c51e2', '平安银行绝密'])).toEqual([]);
      expect(await books()).toEqual({
        stored: 1,
        erased: 2,
        expired: 0,
        storedReceipts: 1,
        rollUpDifferences: 0,
      });
    });

    it('knows at the next opening who must not come back, and changes nothing when it is said twice', async () => {
      await store.close();
      store = await factory.open();
      expect(await store.erasure.suppressed()).toEqual({ targets: [PERSON], ids: [hexId('hers')] });
      expect(await store.erasure.running()).toEqual([]);
      await erase(PERSON);
      expect(await books()).toEqual({
        stored: 1,
        erased: 2,
        expired: 0,
        storedReceipts: 1,
        rollUpDifferences: 0,
      });
    });

    it('has an erasure that was begun and not finished among those that run', async () => {
      const target: ErasureTarget = { kind: 'source', source: 'half' };
      const [begun] = await store.erasure.begin([target], BASE);
      expect(await store.erasure.running()).toEqual([begun]);
      expect(await store.erasure.begin([target], BASE + DAY)).toEqual([begun]);
      expect((await store.erasure.suppressed()).targets).toContainEqual(target);
      await erase(target);
      expect(await store.erasure.running()).toEqual([]);
    });

    it('lets a target in again when that is allowed', async () => {
      expect(await store.erasure.allow({ kind: 'source', source: 'never' }, BASE)).toBe(false);
      expect(await store.erasure.allow(PERSON, BASE + 2)).toBe(true);
      expect(await store.erasure.suppressed()).toMatchObject({ ids: [] });
    });

    it('removes dead letters with what was done with them', async () => {
      const raw = { partition: 0, offset: 900 };
      const letter = {
        reason: 'invalid' as const,
        detail: 'It has no time.',
        stage: 'understand' as const,
        originalBase64: Buffer.from(SECRET).toString('base64'),
        attempts: 1,
        at: new Date(BASE).toISOString(),
      };
      const receipt = { raw, documentId: '', version: 0, outcome: 'dead-letter' as const, reason: null };
      await store.write({ versions: [], deadLetters: [{ raw, letter }], receipts: [receipt] });
      expect(await store.erasure.letters(null, 10)).toMatchObject([
        { raw, originalBase64: letter.originalBase64 },
      ]);
      await store.erasure.removeLetters([raw]);
      await store.erasure.purge();
      expect(await store.erasure.letters(null, 10)).toEqual([]);
      expect(await store.counts()).toMatchObject({ deadLettered: 0, erased: 3 });
      expect(await bytesIn(factory.path, [letter.originalBase64])).toEqual([]);
    });

    it('removes documents of a class by age and keeps the numbers of their hours and days', async () => {
      const old = BASE - 60 * DAY;
      const author = 'u_aaaaaaaaaaaaaaaa';
      await put(
        { name: 'old news', series: ['OLD.X'], at: old, author, negative: 0.8 },
        { name: 'old post', series: ['OLD.X'], at: old + MINUTE, kind: 'social', negative: 0.2 },
        { name: 'young news', series: ['OLD.X'], at: BASE },
      );
      const before = await series('OLD.X');
      expect(before).toMatchObject([{ documents: 2, negative: 0.5 }, { documents: 1 }]);
      await store.retention.raiseCut('news', BASE - 30 * DAY);
      expect(await store.retention.expireDocuments('news', BASE - 30 * DAY)).toBe(1);
      expect(await store.retention.expireDocuments('news', BASE - 30 * DAY)).toBe(0);
      expect(await store.retention.cuts()).toEqual({ news: BASE - 30 * DAY });
      expect(await store.document(hexId('old news'), null)).toBeNull();
      expect(await store.document(hexId('old post'), null)).not.toBeNull();
      expect(await series('OLD.X')).toEqual(before);
      expect(await books()).toMatchObject({ expired: 1, rollUpDifferences: 0 });
    });

    it('does not compute a window again that has lost documents, also after a new opening', async () => {
      await store.close();
      store = await factory.open();
      const before = await series('OLD.X');
      await put({ name: 'late post', series: ['OLD.X'], at: BASE - 60 * DAY, kind: 'social', negative: 0.3 });
      expect(await series('OLD.X')).toEqual(before);
      expect(await store.counts()).toMatchObject({ rollUpDifferences: 0 });
    });

    it('removes minute windows by age and keeps hours and days', async () => {
      const before = await series('OLD.X', '1d');
      await store.retention.expireMinutes(BASE - 30 * DAY);
      expect(await series('OLD.X', '1m')).toHaveLength(1);
      expect(await series('OLD.X', '1d')).toEqual(before);
      expect(await store.counts()).toMatchObject({ rollUpDifferences: 0 });
    });

    it('counts hours and days from the mentions where the minutes are gone', async () => {
      const at = BASE - 25 * DAY;
      const spec = (n: number) => ({ name: `minute ${n}`, series: ['MIN.X'], at: at + n, negative: 0.2 * n });
      await put(spec(1), spec(2));
      await store.retention.expireMinutes(BASE - 20 * DAY);
      await put(spec(3));
      await put({ ...spec(1), version: 2, topics: ['markets'] });
      expect(await series('MIN.X', '1m')).toEqual([]);
      expect((await series('MIN.X', '1h')).map(({ documents }) => documents)).toEqual([3]);
      expect((await series('MIN.X', '1d')).map(({ documents }) => documents)).toEqual([3]);
      expect(await store.counts()).toMatchObject({ rollUpDifferences: 0 });
    });

    it('gives up dead letters whose bytes are too old, and only those', async () => {
      const letterAt = (at: number) => ({
        reason: 'invalid' as const,
        detail: 'It has no time.',
        stage: 'understand' as const,
        originalBase64: Buffer.from('{}').toString('base64'),
        attempts: 1,
        at: new Date(at).toISOString(),
      });
      const places = [901, 902].map((place) => ({ partition: 0, offset: place }));
      await store.write({
        versions: [],
        deadLetters: places.map((raw, index) => ({
          raw,
          letter: letterAt(BASE - (index === 0 ? 40 : 1) * DAY),
        })),
        receipts: places.map((raw) => ({
          raw,
          documentId: '',
          version: 0,
          outcome: 'dead-letter',
          reason: null,
        })),
      });
      const expired = (await store.counts()).expired;
      expect(await store.retention.expireLetters(BASE - 30 * DAY, BASE)).toBe(1);
      expect(await store.retention.expireLetters(BASE - 30 * DAY, BASE)).toBe(0);
      const filter = { state: null, reason: null, source: null, after: null, limit: 10 };
      expect(await store.deadLetters.list(filter)).toMatchObject([
        { state: 'dropped', bytes: 0 },
        { state: 'waiting', bytes: 2 },
      ]);
      expect(await store.counts()).toMatchObject({ deadLettered: 1, expired: expired + 1 });
    });

    it('removes alerts that are over by age, and leaves open ones', async () => {
      const at = BASE - 90 * DAY;
      const life = (
        id: string,
        types: readonly ['firing' | 'resolved' | 'mailed', 'firing' | 'resolved'][],
      ) =>
        types.map(([type, state], index) =>
          makeEvent({
            id,
            sequence: index + 1,
            type,
            state,
            startedAt: at,
            resolvedAt: state === 'resolved' ? at : null,
          }),
        );
      await store.appendEvents([
        ...life('over', [
          ['firing', 'firing'],
          ['resolved', 'resolved'],
          ['mailed', 'resolved'],
        ]),
        ...life('open', [
          ['firing', 'firing'],
          ['mailed', 'firing'],
        ]),
      ]);
      expect(await store.retention.finishedAlerts(BASE - 30 * DAY)).toEqual(['over']);
      await store.retention.removeAlerts(['over']);
      expect(await store.alert('over')).toBeNull();
      expect(await store.alert('open')).not.toBeNull();
    });

    it('still finds what an alert quotes of a person whose documents have expired', async () => {
      const author = 'u_bbbbbbbbbbbbbbbb';
      await put({ name: 'quoted once', series: ['Q.X'], at: BASE - 50 * DAY, author });
      const event = makeEvent({ id: 'kept alert', sequence: 1, type: 'firing', state: 'firing' });
      const quotation = {
        id: hexId('quoted once'),
        title: 'Said long ago',
        sentence: 'Said long ago.',
        url: null,
        source: 'The Wire',
        publishedAt: new Date(BASE - 50 * DAY).toISOString(),
        negative: 0.5,
        weight: 0.5,
      };
      await store.appendEvents([{ ...event, alert: { ...event.alert, documents: [quotation] } }]);
      expect(await store.retention.expireDocuments('news', BASE - 30 * DAY)).toBe(1);
      await erase({ kind: 'author', source: 'wire', pseudonym: author });
      expect((await store.alert('kept alert'))?.alert.documents).toMatchObject([{ sentence: '' }]);
    });
  });
}
