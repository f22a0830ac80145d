import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../../alerts/rehearsal/memory-store.js';
import { rehearsalReport } from '../../../../alerts/rehearsal/rehearse.js';
import type { DocumentVersion, SeriesContribution } from '../../../../pipeline/core/store.js';
import {
  DAY_MS,
  HOUR_MS,
  START,
  alertEvent,
  documentVersion,
  firingAlert,
  mention,
  scoredDocument,
} from '../../../support/alerts.js';

function batchOf(...versions: DocumentVersion[]) {
  return { versions, deadLetters: [], receipts: [] };
}

const TONE = { negative: 0.1, neutral: 0.2, positive: 0.7, polarity: 0.6 };

const plainContribution: SeriesContribution = {
  series: 'market',
  relevance: 1,
  via: [],
  negative: 0.5,
  neutral: 0.3,
  positive: 0.2,
  voice: 1,
  weight: 1,
};

describe('memory store', () => {
  it('sums the hours of a series and leaves out hours without documents', async () => {
    const store = createMemoryStore();
    await store.write(
      batchOf(
        documentVersion(scoredDocument('a', START + 5)),
        documentVersion(scoredDocument('b', START + 6, { mentions: [mention('HBK.XTST', TONE)] })),
        documentVersion(scoredDocument('c', START + 3 * HOUR_MS)),
      ),
    );
    const hours = (await store.hours(['HBK.XTST', 'NIL.XTST'], START, START + DAY_MS)).get('HBK.XTST');
    expect(hours?.map((hour) => hour.start)).toEqual([START, START + 3 * HOUR_MS]);
    expect(hours?.[0]).toMatchObject({ documents: 2, stories: 2, weight: 2 });
    expect(hours?.[0]?.negativeWeight).toBeCloseTo(0.9);
    expect(hours?.[0]?.polaritySum).toBeCloseTo(-0.1);
  });

  it('tells what was judged apart from what was not', async () => {
    const store = createMemoryStore();
    const flags = {
      unread: ['unclassified'],
      foreign: ['foreign', 'unclassified'],
      other: ['language_unsupported'],
    };
    await store.write(
      batchOf(
        documentVersion(scoredDocument('read', START, { mentions: [mention('HBK.XTST', TONE)] })),
        ...Object.entries(flags).map(([id, remarks]) =>
          documentVersion(scoredDocument(id, START, { flags: remarks })),
        ),
      ),
    );
    const [hour] = (await store.hours(['HBK.XTST'], START, START + DAY_MS)).get('HBK.XTST') ?? [];
    expect(hour).toMatchObject({ documents: 4, judged: 1, weight: 1 });
    expect(hour?.polaritySum).toBeCloseTo(TONE.polarity);
  });

  it('counts only documents before an end inside the hour', async () => {
    const store = createMemoryStore();
    const minute = (n: number) => START + n * 60_000;
    await store.write(
      batchOf(
        documentVersion(scoredDocument('a', minute(10))),
        documentVersion(scoredDocument('b', minute(40), { mentions: [mention('LBK.XTST')] })),
      ),
    );
    expect((await store.hours(['market'], START, minute(30))).get('market')?.[0]?.documents).toBe(1);
    expect((await store.hours(['market'], START, minute(40))).get('market')?.[0]?.documents).toBe(1);
    expect(await store.activeSeries(START, minute(30))).toEqual(['market', 'HBK.XTST']);
    expect(await store.activeSeries(START, START + HOUR_MS)).toEqual(['market', 'HBK.XTST', 'LBK.XTST']);
  });

  it('replaces the version before, takes retracted documents out and ignores repeats', async () => {
    const store = createMemoryStore();
    const first = documentVersion(scoredDocument('a', START));
    await store.write(batchOf(first, first));
    expect((await store.hours(['market'], START, START + HOUR_MS)).get('market')?.[0]?.documents).toBe(1);
    const moved = scoredDocument('a', START + 2 * HOUR_MS, { mentions: [mention('LBK.XTST')] });
    await store.write(batchOf(documentVersion(moved, { version: 2 })));
    expect(await store.activeSeries(START, START + HOUR_MS)).toEqual([]);
    expect(await store.activeSeries(START, START + DAY_MS)).toEqual(['market', 'LBK.XTST']);
    const gone = scoredDocument('a', START + 2 * HOUR_MS, { document: { action: 'retract' } });
    await store.write(batchOf(documentVersion(gone, { version: 3 }), first));
    expect(await store.activeSeries(START, START + DAY_MS)).toEqual([]);
    expect((await store.findVersions(['a', 'x'])).map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(store.extent()).toEqual({ from: START, to: START, documents: 1 });
  });

  it('gives the strongest document of each story as evidence', async () => {
    const store = createMemoryStore();
    const weak = mention('HBK.XTST', { negative: 0.3 });
    await store.write(
      batchOf(
        documentVersion(scoredDocument('a', START, { storyId: 's1', mentions: [weak] })),
        documentVersion(scoredDocument('b', START, { storyId: 's1' })),
        documentVersion(scoredDocument('c', START, { storyId: 's2', mentions: [weak] })),
        documentVersion(scoredDocument('d', START + DAY_MS, { storyId: 's3' })),
      ),
    );
    const rows = await store.evidence('HBK.XTST', START, START + HOUR_MS, 5);
    expect(rows.map((row) => row.id)).toEqual(['b', 'c']);
    expect(rows[0]).toMatchObject({ source: 'Test Wire', negative: 0.8, weight: 1, spans: [[0, 4]] });
    expect(rows[0]?.text).toBe(
      'Harbour Bank under investigation b\nHarbour Bank said investigators searched its offices, report b.',
    );
  });

  it('finds who tells a story in a stretch of time, of six hours the four that came first', async () => {
    const store = createMemoryStore();
    await store.write(
      batchOf(
        ...Array.from({ length: 25 }, (_, n) =>
          documentVersion(scoredDocument(`n${n}`, START + n * HOUR_MS, { storyId: 's' }), { sequence: n }),
        ),
      ),
    );
    const found = await store.findStories(['s', 'none'], { from: START, to: START + 9 * HOUR_MS, before: 8 });
    expect(found.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 6, 7]);
  });

  it('gives the weight of a story to whom it turns, and asks no more of who left it', async () => {
    const store = createMemoryStore();
    const copy = { opensStory: false, contributions: [{ ...plainContribution, weight: 0 }] };
    const opener = scoredDocument('a', START, { storyId: 's' });
    await store.write(
      batchOf(
        documentVersion(opener, { sequence: 1, contributions: [plainContribution] }),
        documentVersion(scoredDocument('b', START + 1, { storyId: 's' }), { ...copy, sequence: 2 }),
      ),
    );
    const turn = { documentId: 'b', version: 1, publishedAt: '', series: ['market'], opensStory: true };
    await store.write(
      batchOf(
        documentVersion(
          { ...opener, document: { ...opener.document, action: 'retract' } },
          { sequence: 3, version: 2, leftStory: 's', contributions: [], turns: [turn] },
        ),
      ),
    );
    const hours = (await store.hours(['market'], START, START + HOUR_MS)).get('market');
    expect(hours).toMatchObject([{ documents: 1, stories: 1, weight: 1 }]);
    const stretch = { from: START, to: START + HOUR_MS };
    const at = async (before: number) =>
      (await store.findStories(['s'], { ...stretch, before })).map(({ documentId }) => documentId);
    expect([await at(3), await at(4)]).toEqual([['a', 'b'], ['b']]);
  });

  it('keeps an alert open until its end is told or it has cleared', async () => {
    const store = createMemoryStore();
    const open = async () => (await store.openEvents()).map((event) => event.type);
    const firing = firingAlert();
    await store.appendEvents([alertEvent(firing, 1), alertEvent(firing, 1)]);
    expect(await open()).toEqual(['firing']);
    await store.appendEvents([alertEvent(firing, 2, { type: 'mailed', messageId: '<a@b>' })]);
    expect(await open()).toEqual(['mailed']);
    const resolved = firingAlert({ state: 'resolved', resolvedAt: '2026-03-23T10:00:00.000Z' });
    await store.appendEvents([alertEvent(resolved, 3)]);
    expect(await open()).toEqual(['resolved']);
    await store.appendEvents([alertEvent(resolved, 4, { type: 'mailed', messageId: '<c@b>' })]);
    expect(await open()).toEqual([]);
    expect(store.alertEvents()).toHaveLength(4);
  });
});

describe('rehearsal report', () => {
  it('lists what fired, oldest first, and how many that are in a month', () => {
    const early = firingAlert({ id: 'e', firedAt: '2026-03-10T00:00:00.000Z' });
    const pending = firingAlert({ id: 'p', state: 'pending', firedAt: null });
    const report = rehearsalReport(
      [alertEvent(firingAlert(), 1), alertEvent(early, 1), alertEvent(pending, 0)],
      { from: START, to: START + 60 * DAY_MS, documents: 1234 },
    );
    expect(report.alerts.map((alert) => alert.id)).toEqual(['e', firingAlert().id]);
    expect(report.alerts[1]).toMatchObject({
      rule: 'instrument-negative-surge',
      series: { kind: 'instrument', id: 'HBK.XTST', name: 'Harbour Bank' },
      resolvedAt: null,
      severity: 'high',
      count: 8.25,
      expected: 1.5,
    });
    expect(report.alerts[1]?.documents[0]).toMatchObject({ id: 'd1', url: 'https://wire.example/d1' });
    expect(report.summary).toEqual({
      from: '2026-03-02T00:00:00.000Z',
      to: '2026-05-01T00:00:00.000Z',
      documents: 1234,
      alertsPerMonth: 1,
    });
  });

  it('reports an empty stream as nothing', () => {
    expect(rehearsalReport([], null)).toEqual({
      alerts: [],
      summary: { from: null, to: null, documents: 0, alertsPerMonth: 0 },
    });
  });
});
