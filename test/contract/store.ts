import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../pipeline/core/document.js';
import type { SeriesPoint, SeriesQuery } from '../../pipeline/core/store.js';
import type { TopicId } from '../../pipeline/core/taxonomy.js';
import type { Store } from '../../pipeline/storage/open-store.js';
import {
  BASE,
  batchOf,
  DAY,
  hexId,
  HOUR,
  makeEvent,
  MINUTE,
  minutesOf,
  versionWriter,
} from '../support/store.js';

/** Behind every place in the log. */
const EVERYTHING = Number.MAX_SAFE_INTEGER;

export interface StoreFactory {
  /** Opens the same store each time. */
  open(world?: World): Promise<Store>;
  remove(): Promise<void>;
}

const HOSTILE = "'; DROP TABLE documents; -- \\ {id:String} \u0000 \u2028 平安银行 🙂";

/** What every analytics store must do, whatever holds it. One store for the suite; each test uses names of its own. */
export function describeStore(name: string, createFactory: () => StoreFactory): void {
  describe(`${name} as a store`, () => {
    const factory = createFactory();
    let store: Store;
    beforeAll(async () => {
      store = await factory.open();
    });
    afterAll(async () => {
      await store.close();
      await factory.remove();
    });

    const { place, version, put } = versionWriter(() => store);
    const ask = (series: string, more: Partial<SeriesQuery> = {}) => store.series(minutesOf(series, more));

    it('answers null and empty while it holds nothing', async () => {
      expect(await store.extent()).toBeNull();
      expect(await store.firstDocumentAt()).toBeNull();
      expect(await store.readEvaluatedUntil()).toBeNull();
      expect(await store.findVersions([])).toEqual([]);
      expect(await store.findVersions([hexId('nobody')])).toEqual([]);
      expect(await store.findStories([], { from: 0, to: BASE, before: EVERYTHING })).toEqual([]);
      expect(await store.document(hexId('nobody'), null)).toBeNull();
      expect(await store.alert('nobody')).toBeNull();
      expect(await store.openEvents()).toEqual([]);
      expect(await store.summaries(BASE, BASE + HOUR, 5)).toEqual([]);
      await store.rollUp([]);
      await store.write({ versions: [], deadLetters: [], receipts: [] });
      expect(await store.counts()).toMatchObject({ stored: 0, storedReceipts: 0, rollUpDifferences: 0 });
    });

    it('finds the versions of documents with all that decides about the next one', async () => {
      const [first] = await put({ name: 'find', series: ['FIND.X', '?FI'], storySketch: 'sketch of find' });
      await put({ name: 'find', version: 2, series: [], action: 'retract' });
      expect(await store.findVersions([hexId('find'), hexId('find'), hexId('nobody')])).toEqual([
        {
          id: hexId('find'),
          version: 1,
          contentHash: first?.scored.document.contentHash,
          raw: first?.raw,
          sequence: first?.sequence,
          action: 'add',
          publishedAt: new Date(BASE).toISOString(),
          changedAt: BASE,
          backfill: false,
          storyId: first?.scored.storyId,
          storySketch: 'sketch of find',
          series: ['FIND.X', '?FI'],
        },
        expect.objectContaining({ version: 2, action: 'retract', storySketch: null, series: [] }),
      ]);
    });

    it('keeps text from outside exactly as it came', async () => {
      await put({ name: HOSTILE, text: HOSTILE, title: HOSTILE, series: [HOSTILE], topics: ['macro'] });
      const view = await store.document(hexId(HOSTILE), null);
      expect(view).toMatchObject({
        text: HOSTILE,
        title: HOSTILE,
        url: `https://wire.example/${encodeURIComponent(HOSTILE)}`,
      });
      expect(await ask(HOSTILE)).toHaveLength(1);
      expect((await store.hours([HOSTILE], BASE, BASE + MINUTE)).get(HOSTILE)).toHaveLength(1);
    });

    it('counts documents and the stories they open, and takes means over documents', async () => {
      await put(
        { name: 'mean 1', series: ['MEAN.X'], negative: 0.2, story: 'one' },
        { name: 'mean 2', series: ['MEAN.X'], negative: 0.6, story: 'one', copy: true, at: BASE + 1 },
        {
          name: 'mean 3',
          series: ['MEAN.X'],
          negative: 0.4,
          at: BASE + MINUTE,
          topics: ['macro', 'markets'],
        },
      );
      expect(await ask('MEAN.X', { frequency: '1h' })).toEqual([
        {
          series: 'MEAN.X',
          start: BASE,
          documents: 3,
          stories: 2,
          negative: expect.closeTo(0.4, 9) as number,
          neutral: expect.closeTo(0.15, 9) as number,
          positive: expect.closeTo(0.45, 9) as number,
          polarity: expect.closeTo(0.05, 9) as number,
        },
      ]);
      expect((await ask('MEAN.X')).map((point) => [point.start, point.documents])).toEqual([
        [BASE, 2],
        [BASE + MINUTE, 1],
      ]);
      expect((await ask('MEAN.X', { topic: 'markets', frequency: '1d' }))[0]?.documents).toBe(1);
    });

    it('gives the same windows from the roll-ups as from the mentions', async () => {
      await put(
        { name: 'same 1', series: ['SAME.X'], negative: 0.9 },
        { name: 'same 2', series: ['SAME.X'], negative: 0.1, at: BASE + 3 * HOUR, topics: ['macro'] },
      );
      await put({ name: 'same 1', version: 2, series: ['SAME.X'], negative: 0.3 });
      for (const frequency of ['1m', '1h', '1d'] as const) {
        for (const topic of [null, 'macro', 'earnings', 'crypto'] as const) {
          const cached = await ask('SAME.X', { frequency, topic, from: BASE + 1, to: BASE + 3 * HOUR + 1 });
          const counted = await ask('SAME.X', {
            frequency,
            topic,
            from: BASE + 1,
            to: BASE + 3 * HOUR + 1,
            asOf: BASE + DAY,
          });
          expect(counted).toEqual(cached);
        }
      }
    });

    it('leaves out mentions below the relevance asked for', async () => {
      await put(
        { name: 'faint', series: ['REL.X'], relevance: 0 },
        { name: 'clear', series: ['REL.X'], relevance: 0.7 },
      );
      expect((await ask('REL.X'))[0]?.documents).toBe(2);
      expect((await ask('REL.X', { minRelevance: 0.7 }))[0]?.documents).toBe(1);
      expect(await ask('REL.X', { minRelevance: 0.71 })).toEqual([]);
    });

    it('moves a corrected document to its new time and series and empties the old windows', async () => {
      const old = { series: 'OLD.X', publishedAt: new Date(BASE).toISOString() };
      await put({ name: 'moves', series: ['OLD.X'], topics: ['crypto'] });
      await put({ name: 'moves', version: 2, series: ['NEW.X'], at: BASE + 2 * HOUR, withdrawn: [old] });
      expect(await ask('OLD.X')).toEqual([]);
      expect(await ask('OLD.X', { topic: 'crypto', frequency: '1d' })).toEqual([]);
      expect((await ask('NEW.X')).map(({ start }) => start)).toEqual([BASE + 2 * HOUR]);
      expect(await ask('OLD.X', { asOf: BASE })).toHaveLength(1);
    });

    it('counts a retracted document nowhere and still shows what was known before', async () => {
      await put({ name: 'gone', series: ['GONE.X'], weight: 1 });
      await put({ name: 'gone', version: 2, action: 'retract', series: ['GONE.X'], knownAt: BASE + HOUR });
      expect(await ask('GONE.X')).toEqual([]);
      expect(await ask('GONE.X', { asOf: BASE + HOUR - 1 })).toHaveLength(1);
      expect(await store.evidence('GONE.X', BASE, BASE + DAY, 5)).toEqual([]);
      expect(await store.activeSeries(BASE, BASE + 1)).not.toContain('GONE.X');
      expect((await store.document(hexId('gone'), null))?.action).toBe('retract');
      expect((await store.document(hexId('gone'), BASE))?.action).toBe('add');
      expect(await store.document(hexId('gone'), BASE - 1)).toBeNull();
    });

    it('makes hours of minutes and days of hours, also of those that later batches touch', async () => {
      const day = BASE + 20 * DAY;
      const spec = (n: number, at: number, topics: readonly TopicId[] = ['macro']) =>
        ({ name: `add ${n}`, series: ['ADD.X'], at: day + at, topics, negative: 0.1 * n }) as const;
      await put(spec(1, 0), spec(2, 30 * MINUTE), spec(3, HOUR));
      // Near one another, so that they are counted as a block; then a day apart, as pairs; then one of a topic goes away.
      await put(spec(4, 30 * MINUTE + 5), spec(5, HOUR + MINUTE, ['markets']));
      await put(spec(6, 5 * HOUR), spec(7, 29 * HOUR));
      await put(spec(8, 6 * HOUR + 59 * MINUTE), spec(9, 7 * HOUR), spec(10, 7 * HOUR + MINUTE));
      await put(spec(11, 6 * HOUR + 59 * MINUTE + 1), spec(12, 7 * HOUR + 2 * MINUTE));
      await put({ ...spec(3, HOUR, ['markets']), version: 2 });
      for (const topic of [null, 'macro', 'markets'] as const)
        for (const frequency of ['1m', '1h', '1d'] as const) {
          const query = { topic, frequency, from: day, to: day + 2 * DAY };
          const counted = await ask('ADD.X', { ...query, asOf: day + 10 * DAY });
          const added = await ask('ADD.X', query);
          expect(added.map(rounded), `${String(topic)} ${frequency}`).toEqual(counted.map(rounded));
          expect(added.length).toBeGreaterThan(0);
        }
      expect((await store.counts()).rollUpDifferences).toBe(0);
    });

    it('counts what was published in the last second of a minute, alone in its insert', async () => {
      await put({ name: 'last second', series: ['LAST.X'], at: BASE + 10 * MINUTE - 209 });
      expect(await ask('LAST.X')).toMatchObject([{ start: BASE + 9 * MINUTE, documents: 1 }]);
    });

    it('gives detection the hours exactly from `from` to `to`, weighted', async () => {
      await put(
        { name: 'hour 1', series: ['HOUR.X'], at: BASE + 10, negative: 0.5, weight: 0.5 },
        { name: 'hour 2', series: ['HOUR.X'], at: BASE + HOUR, negative: 0.5, story: 'h' },
        { name: 'hour 3', series: ['HOUR.X'], at: BASE + HOUR + 20, negative: 0.9, copy: true, story: 'h' },
        { name: 'hour 4', series: ['HOUR.X'], at: BASE + 2 * HOUR + 5 },
      );
      const hours = async (from: number, to: number) =>
        (await store.hours(['HOUR.X', 'NONE.X'], from, to)).get('HOUR.X');
      const starts = async (from: number, to: number) =>
        (await hours(from, to))?.map(({ start, documents }) => [start, documents]);
      expect(await hours(BASE + HOUR, BASE + 2 * HOUR)).toEqual([
        {
          start: BASE + HOUR,
          documents: 2,
          judged: 2,
          stories: 1,
          weight: 1,
          negativeWeight: 0.5,
          polaritySum: expect.closeTo(-0.125 - 0.825, 9) as number,
        },
      ]);
      expect(await starts(BASE, BASE + 2 * HOUR + 5)).toEqual([
        [BASE, 1],
        [BASE + HOUR, 2],
      ]);
      expect(await starts(BASE + 11, BASE + 2 * HOUR + 6)).toEqual([
        [BASE + HOUR, 2],
        [BASE + 2 * HOUR, 1],
      ]);
      expect(await starts(BASE + HOUR + 1, BASE + HOUR + 21)).toEqual([[BASE + HOUR, 1]]);
      expect(await starts(BASE + HOUR + 1, BASE + HOUR + 20)).toEqual([]);
      expect((await store.hours(['NONE.X'], BASE, BASE + HOUR)).get('NONE.X')).toEqual([]);
      expect(await store.activeSeries(BASE + 2 * HOUR + 5, BASE + 2 * HOUR + 6)).toEqual(['HOUR.X']);
    });

    it('gives detection what was judged apart from what was not, from roll-ups and from cut hours', async () => {
      const unread = { series: ['UNREAD.X'], weight: 0, flags: ['unclassified'] };
      await put(
        { name: 'read', series: ['UNREAD.X'], at: BASE + 5 * HOUR, negative: 0.8 },
        { name: 'unread 1', at: BASE + 5 * HOUR + 1, ...unread },
        { name: 'unread 2', at: BASE + 5 * HOUR + 2, ...unread },
      );
      const hours = async (to: number) => (await store.hours(['UNREAD.X'], BASE, to)).get('UNREAD.X');
      for (const to of [BASE + 6 * HOUR, BASE + 5 * HOUR + 3])
        expect(await hours(to)).toMatchObject([
          { documents: 3, judged: 1, weight: 1, polaritySum: expect.closeTo(0.15 - 0.8, 9) as number },
        ]);
      const [window] = await store.series(minutesOf('UNREAD.X', { frequency: '1h' }));
      expect(window).toMatchObject({ documents: 3, polarity: expect.closeTo(0.15 - 0.8, 9) as number });
    });

    it('shows independent stories as evidence, strongest first, with the spans of the instrument', async () => {
      await put(
        { name: 'mild', series: ['ACME.XNAS'], at: BASE + 5 * HOUR, negative: 0.6 },
        { name: 'bad', series: ['ACME.XNAS'], at: BASE + 5 * HOUR, negative: 0.9 },
        { name: 'copied', series: ['ACME.XNAS'], at: BASE + 5 * HOUR, negative: 0.99, weight: 0 },
      );
      const rows = await store.evidence('ACME.XNAS', BASE + 5 * HOUR, BASE + 6 * HOUR, 5);
      expect(rows.map(({ title }) => title)).toEqual(['Title of bad', 'Title of mild']);
      expect(rows[0]).toMatchObject({
        source: 'The Wire',
        negative: 0.9,
        weight: 1,
        spans: [[0, 4]],
        language: 'en',
      });
      expect(await store.evidence('ACME.XNAS', BASE + 5 * HOUR, BASE + 6 * HOUR, 1)).toHaveLength(1);
    });

    it('pages through documents without a gap or a repeat, in either order', async () => {
      const specs = Array.from({ length: 7 }, (_, n) => ({
        name: `page ${n}`,
        series: ['PAGE.X'],
        at: BASE + (n % 3) * MINUTE,
        negative: (n % 2) / 2,
        topics: n === 6 ? (['macro'] as const) : (['earnings'] as const),
      }));
      await put(...specs);
      for (const order of ['newest', 'most_negative'] as const) {
        const ids: string[] = [];
        const values: number[] = [];
        let cursor: string | null = null;
        do {
          const page = await store.documents(documentQuery({ order, limit: 3, cursor }));
          ids.push(...page.items.map(({ id }) => id));
          values.push(
            ...page.items.map((item) =>
              order === 'newest' ? Date.parse(item.publishedAt) : item.sentiment.negative,
            ),
          );
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(new Set(ids).size).toBe(7);
        expect(ids).toHaveLength(7);
        expect(values).toEqual([...values].sort((a, b) => b - a));
      }
      expect((await store.documents(documentQuery({ topic: 'macro' }))).items).toHaveLength(1);
      const longAgo = await store.documents(documentQuery({ to: BASE + 900 * DAY, limit: 5 }));
      expect(longAgo.items).toHaveLength(5);
      expect(longAgo.nextCursor).not.toBeNull();
      expect((await store.documents(documentQuery({ from: 0, to: BASE }))).items).toEqual([]);
      expect((await store.documents(documentQuery({ asOf: BASE }))).items).toHaveLength(3);
      await expect(store.documents(documentQuery({ cursor: 'nonsense' }))).rejects.toMatchObject({
        code: 'invalid_cursor',
      });
    });

    it('sums up the series of a time and compares with the time before', async () => {
      const noon = BASE + 40 * DAY;
      await put(
        { name: 'sum 0', series: ['market', 'SUM.X'], at: noon - HOUR, negative: 0 },
        { name: 'sum 1', series: ['market', 'SUM.X', 'sector:banks'], at: noon, negative: 0.8 },
        { name: 'sum 2', series: ['market'], at: noon + 5, negative: 0.4 },
      );
      expect(await store.summaries(noon, noon + 2 * HOUR, 5)).toEqual([
        expect.objectContaining({ series: 'market', documents: 2, stories: 2, lastDocumentAt: noon + 5 }),
        {
          series: 'SUM.X',
          documents: 1,
          stories: 1,
          negative: 0.8,
          polarity: expect.closeTo(-0.65, 9) as number,
          previousPolarity: 0.75,
          lastDocumentAt: noon,
        },
      ]);
      expect((await store.summaries(noon + 1, noon + HOUR, 5))[0]?.previousPolarity).toBeCloseTo(-0.65, 9);
      expect(await store.extent()).toMatchObject({ from: BASE, to: noon + 5 });
      expect(await store.firstDocumentAt()).toBe(BASE);
    });

    it('keeps how foreign a document is, and leaves what abstains out of all means', async () => {
      const noon = BASE + 50 * DAY;
      const abstains = { flags: ['foreign', 'unclassified'], foreignness: 0.712, weight: 0 } as const;
      await put(
        { name: 'home', series: ['market', 'FGN.X'], at: noon, negative: 0.8, foreignness: 0.201 },
        { name: 'foreign', series: ['market', 'FGN.X'], at: noon + 5, ...abstains },
        { name: 'only foreign', series: ['ONLY.X'], at: noon + 6, ...abstains },
      );
      const view = (name: string) => store.document(hexId(name), null);
      expect(await view('home')).toMatchObject({ foreignness: 0.201, flags: [] });
      expect(await view('foreign')).toMatchObject({ foreignness: 0.712, flags: abstains.flags });
      expect((await view('sum 1'))?.foreignness).toBeUndefined();
      for (const asOf of [null, noon + HOUR]) {
        const range = {
          topic: null,
          frequency: '1h',
          from: noon,
          to: noon + HOUR,
          asOf,
          minRelevance: 0,
        } as const;
        const points = await store.series({ series: ['FGN.X', 'ONLY.X'], ...range });
        expect(points).toMatchObject([
          { series: 'FGN.X', documents: 2, negative: 0.8, neutral: 0.05, positive: 0.15 },
          { series: 'ONLY.X', documents: 1, negative: null, neutral: null, positive: null, polarity: null },
        ]);
      }
      const summaries = await store.summaries(noon, noon + HOUR, 9);
      expect(summaries.find(({ series }) => series === 'FGN.X')?.negative).toBeCloseTo(0.8, 9);
      expect(summaries.find(({ series }) => series === 'ONLY.X')).toMatchObject({
        negative: null,
        polarity: null,
      });
    });

    it('knows which alerts are open, and each alert with its history', async () => {
      const firing = makeEvent({ id: 'f', sequence: 2, type: 'firing', state: 'firing' });
      const resolved = { state: 'resolved', resolvedAt: BASE + 2 * HOUR } as const;
      await store.appendEvents([
        makeEvent({ id: 'p', sequence: 1, type: 'pending', state: 'pending' }),
        makeEvent({ id: 'c', sequence: 1, type: 'pending', state: 'pending' }),
        makeEvent({ id: 'c', sequence: 2, type: 'cleared', state: 'pending' }),
        makeEvent({ id: 'f', sequence: 1, type: 'pending', state: 'pending' }),
        firing,
        makeEvent({ id: 'm', sequence: 1, type: 'firing', state: 'firing' }),
        makeEvent({ id: 'm', sequence: 2, type: 'mailed', state: 'firing' }),
        makeEvent({ id: 'r', sequence: 1, type: 'firing', state: 'firing' }),
        makeEvent({ id: 'r', sequence: 2, type: 'resolved', ...resolved }),
        makeEvent({ id: 'd', sequence: 1, type: 'firing', state: 'firing' }),
        makeEvent({ id: 'd', sequence: 2, type: 'resolved', ...resolved }),
        makeEvent({ id: 'd', sequence: 3, type: 'mailed', ...resolved }),
        makeEvent({ id: 'u', sequence: 1, type: 'firing', state: 'firing' }),
        makeEvent({ id: 'u', sequence: 2, type: 'mailed', state: 'firing' }),
        makeEvent({ id: 'u', sequence: 3, type: 'resolved', ...resolved }),
        makeEvent({ id: 'e', sequence: 1, type: 'firing', state: 'firing' }),
        makeEvent({ id: 'e', sequence: 2, type: 'mailed', state: 'firing' }),
        makeEvent({ id: 'e', sequence: 3, type: 'resolved', ...resolved }),
        makeEvent({ id: 'e', sequence: 4, type: 'mailed', ...resolved }),
      ]);
      await store.appendEvents([firing]);
      const open = await store.openEvents();
      expect(open.map(({ alertId }) => alertId).sort()).toEqual(['f', 'm', 'p', 'r', 'u']);
      expect(open.find(({ alertId }) => alertId === 'f')).toEqual(firing);
      const listed = async (from: number, to: number, series: string | null) =>
        (await store.alerts({ from, to, series, limit: 10 })).map(({ id }) => id).sort();
      expect(await listed(BASE, BASE + 1, null)).toEqual(['d', 'e', 'f', 'm', 'p', 'r', 'u']);
      expect(await listed(BASE + 3 * HOUR, BASE + DAY, null)).toEqual(['f', 'm', 'p']);
      expect(await listed(BASE - HOUR, BASE, null)).toEqual([]);
      expect(await listed(BASE, BASE + 1, 'ELSE.X')).toEqual([]);
      // The limit counts what was asked for, however many newer ones are in another state.
      const inState = { from: BASE, to: BASE + 1, series: null, limit: 2, state: 'firing' } as const;
      expect((await store.alerts(inState)).map(({ id }) => id).sort()).toEqual(['f', 'm']);
      const alert = await store.alert('f');
      expect(alert?.alert).toEqual(firing.alert);
      expect(alert?.events.map(({ sequence }) => sequence)).toEqual([1, 2]);
    });

    it('makes a dead letter of what cannot be stored and keeps its neighbours', async () => {
      const before = await store.counts();
      const broken = version({ name: 'broken', series: ['BAD.X'], text: 'half \ud800 pair' });
      const endless = version({ name: 'endless', series: ['BAD.X'], negative: Number.NaN });
      const fine = version({ name: 'fine', series: ['BAD.X'] });
      await store.write(batchOf(broken, fine, endless));
      const after = await store.counts();
      expect(after.stored - before.stored).toBe(1);
      expect(after.deadLettered - before.deadLettered).toBe(2);
      expect(after.storedReceipts).toBe(after.stored);
      expect(await store.document(hexId('broken'), null)).toBeNull();
    });

    it('counts drops, duplicates and dead letters by their receipts, once', async () => {
      const before = await store.counts();
      const receipt = { documentId: hexId('x'), version: 0 };
      const letterAt = place();
      const batch = {
        versions: [],
        deadLetters: [
          {
            raw: letterAt,
            letter: {
              reason: 'undecodable' as const,
              detail: 'The bytes are not UTF-8.',
              stage: 'understand' as const,
              originalBase64: '/w==',
              attempts: 1,
              at: new Date(BASE).toISOString(),
            },
          },
        ],
        receipts: [
          { ...receipt, raw: letterAt, outcome: 'dead-letter' as const, reason: null },
          { ...receipt, raw: place(), outcome: 'duplicate' as const, reason: null },
          { ...receipt, raw: place(), outcome: 'drop' as const, reason: 'language_filtered' as const },
        ],
      };
      await store.write(batch);
      await store.write(batch);
      const after = await store.counts();
      expect(after.duplicates - before.duplicates).toBe(1);
      expect(after.dropped - before.dropped).toBe(1);
      expect(after.deadLettered - before.deadLettered).toBe(1);
    });

    it('is the same after it was closed and opened again, and refuses another world', async () => {
      await store.writeEvaluatedUntil(BASE);
      await store.writeEvaluatedUntil(BASE + HOUR);
      // What the tests above left without its roll-up is caught up with first.
      await store.rollUp([{ series: 'BAD.X', time: BASE }]);
      const before = await store.counts();
      const points = await ask('MEAN.X');
      const closing = store.close();
      await Promise.all([closing, store.close()]);
      await expect(store.ping()).rejects.toMatchObject({ code: 'store_closed' });
      await expect(factory.open('live')).rejects.toMatchObject({ code: 'world_mismatch' });
      store = await factory.open();
      expect(store.migrations).toEqual([]);
      await store.ping();
      expect(await store.counts()).toEqual({ ...before, rollUpDifferences: 0 });
      expect(await ask('MEAN.X')).toEqual(points);
      expect(await store.readEvaluatedUntil()).toBe(BASE + HOUR);
      await put({ name: 'mean 1', version: 2, series: ['MEAN.X'], negative: 1 });
      expect((await ask('MEAN.X'))[0]?.negative).toBeCloseTo(0.8, 9);
    });
  });
}

function documentQuery(more: Partial<Parameters<Store['documents']>[0]>): Parameters<Store['documents']>[0] {
  return {
    series: 'PAGE.X',
    topic: null,
    from: BASE,
    to: BASE + HOUR,
    asOf: null,
    minRelevance: 0,
    order: 'newest',
    limit: 50,
    cursor: null,
    ...more,
  };
}

/** Sums are added in another order here and there, and may differ in the last digits. */
function rounded(point: SeriesPoint): unknown {
  return Object.fromEntries(
    Object.entries(point).map(([name, value]) => [
      name,
      typeof value === 'number' ? Number(value.toFixed(7)) : value,
    ]),
  );
}
