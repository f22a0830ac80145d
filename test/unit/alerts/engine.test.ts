import { describe, expect, it } from 'vitest';
import { createAlertEngine } from '../../../alerts/engine.js';
import { dueEvaluations } from '../../../alerts/evaluation-grid.js';
import { createMemoryStore, type MemoryStore } from '../../../alerts/rehearsal/memory-store.js';
import type { AlertEvent } from '../../../pipeline/core/alert.js';
import type { ScoredDocument } from '../../../pipeline/core/scored.js';
import {
  DAY_MS,
  HOUR_MS,
  START,
  badDocuments,
  calmDocuments,
  engineDeps,
  scoredDocument,
  mention,
  writeDocuments,
  documentVersion,
} from '../../support/alerts.js';

const SURGE_AT = START + 17 * DAY_MS + 9 * HOUR_MS;
/** The cool-down of the default rule for instruments. */
const HOLD_MS = 72 * HOUR_MS;
const END = START + 28 * DAY_MS;

/** Four calm weeks with one bad morning for one name. */
function stream(): ScoredDocument[] {
  return [...calmDocuments(28), ...badDocuments(14, SURGE_AT)];
}

async function filledStore(documents = stream()): Promise<MemoryStore> {
  const store = createMemoryStore();
  await writeDocuments(store, documents);
  return store;
}

async function runGrid(store: MemoryStore, until: number, fresh = false): Promise<readonly AlertEvent[]> {
  let engine = createAlertEngine(engineDeps(store));
  for (const at of dueEvaluations(await store.readEvaluatedUntil(), START, until)) {
    if (fresh) engine = createAlertEngine(engineDeps(store));
    await engine.evaluateAt(at);
  }
  return store.alertEvents();
}

describe('alert engine', () => {
  it('takes a surge from pending over firing to resolved, with its evidence', async () => {
    const events = (await runGrid(await filledStore(), END)).filter(
      (event) => event.alert.series.key === 'HBK.XTST',
    );
    expect(events.map((event) => event.type)).toEqual(['pending', 'firing', 'resolved']);
    expect(events.map((event) => event.sequence)).toEqual([0, 1, 2]);
    const fired = events[1]!.alert;
    expect(fired.firedAt).toBe(new Date(SURGE_AT + HOUR_MS).toISOString());
    expect(fired.documents).toHaveLength(5);
    expect(fired.documents[0]).toMatchObject({ source: 'Test Wire', negative: 0.8, weight: 0.8 });
    expect(fired.evaluation.score).toBeGreaterThanOrEqual(fired.evaluation.threshold);
    expect(fired.series.name).toBe('Name of HBK.XTST');
    expect(fired.model.name).toBe('test-model');
    expect(Date.parse(events[2]!.alert.resolvedAt ?? '')).toBe(SURGE_AT + HOUR_MS + HOLD_MS);
    expect(events[2]!.alert.documents).toEqual(fired.documents);
  });

  it('stays quiet on calm weeks, and during the first seven days whatever they bring', async () => {
    expect(await runGrid(await filledStore(calmDocuments(28)), END)).toEqual([]);
    const early = await filledStore([...calmDocuments(8), ...badDocuments(30, START + 3 * DAY_MS)]);
    expect(await runGrid(early, START + 7 * DAY_MS - HOUR_MS)).toEqual([]);
  });

  it('yields the same events when it is killed and created again at every tick', async () => {
    const steady = await runGrid(await filledStore(), END);
    const restarted = await runGrid(await filledStore(), END, true);
    expect(steady.length).toBeGreaterThan(0);
    expect(restarted).toEqual(steady);
  });

  it('yields the same events when it dies between recording events and recording how far it came', async () => {
    const steady = await runGrid(await filledStore(), END);
    const store = await filledStore();
    for (const at of dueEvaluations(null, START, END)) {
      const crashing = createAlertEngine(
        engineDeps(store, {
          store: { ...store, writeEvaluatedUntil: () => Promise.reject(new Error('killed')) },
        }),
      );
      await expect(crashing.evaluateAt(at)).rejects.toThrow('killed');
      await createAlertEngine(engineDeps(store)).evaluateAt(at);
    }
    expect(store.alertEvents()).toEqual(steady);
  });

  it('never looks ahead: documents after the evaluation change nothing', async () => {
    const now = SURGE_AT + HOUR_MS;
    const whole = await runGrid(await filledStore(), now);
    const known = stream().filter((scored) => Date.parse(scored.document.publishedAt) < now);
    expect(await runGrid(await filledStore(known), now)).toEqual(whole);
  });

  it('ignores a time that it has already passed', async () => {
    const store = await filledStore();
    await runGrid(store, END);
    const before = store.alertEvents().length;
    expect(await createAlertEngine(engineDeps(store)).evaluateAt(SURGE_AT + HOUR_MS)).toEqual([]);
    expect(store.alertEvents()).toHaveLength(before);
  });

  it('resolves nothing while the whole installation is silent', async () => {
    const until = SURGE_AT + 3 * HOUR_MS;
    const cut = stream().filter((scored) => Date.parse(scored.document.publishedAt) < until);
    const store = await filledStore(cut);
    await runGrid(store, until + 10 * DAY_MS);
    const types = () => store.alertEvents().filter((event) => event.type === 'resolved');
    expect(types()).toEqual([]);
    await writeDocuments(store, calmDocuments(2, until + 10 * DAY_MS));
    await runGrid(store, until + 11 * DAY_MS);
    expect(types()).not.toEqual([]);
  });

  it('resolves nothing while the model gives no answer: what was not judged is not calm', async () => {
    const until = SURGE_AT + 3 * HOUR_MS;
    const unread = calmDocuments(10, until).map((scored) => ({ ...scored, flags: ['unclassified'] }));
    const cut = stream().filter((scored) => Date.parse(scored.document.publishedAt) < until);
    const store = await filledStore([...cut, ...unread]);
    await runGrid(store, until + 9 * DAY_MS);
    const types = () => store.alertEvents().map(({ type }) => type);
    expect(types()).not.toContain('resolved');
    await writeDocuments(store, calmDocuments(2, until + 10 * DAY_MS));
    await runGrid(store, until + 11 * DAY_MS);
    expect(types()).toContain('resolved');
  });

  it('does not count what was not judged among the documents that an alert needs', async () => {
    const few = badDocuments(2, SURGE_AT);
    const unread = badDocuments(6, SURGE_AT + 60_000).map((scored) => ({
      ...scored,
      flags: ['unclassified'],
    }));
    const fired = async (documents: readonly ScoredDocument[]) => {
      const rules = engineDeps(createMemoryStore()).rules.map((rule) => ({
        ...rule,
        minNegative: 1,
        fireAt: 1,
        pendingAt: 1,
      }));
      const store = await filledStore([...calmDocuments(28), ...documents]);
      const engine = createAlertEngine(engineDeps(store, { rules }));
      return (await engine.evaluateAt(SURGE_AT + HOUR_MS)).some(
        ({ alert }) => alert.series.key === 'LBK.XTST',
      );
    };
    const about = (documents: readonly ScoredDocument[]) =>
      documents.map((scored) => ({ ...scored, mentions: [mention('LBK.XTST')] }));
    expect(await fired(about(badDocuments(8, SURGE_AT)))).toBe(true);
    expect(await fired(about([...few, ...unread]))).toBe(false);
  });

  it('goes on with an open alert when the numbers of its rule have changed', async () => {
    const store = await filledStore();
    await runGrid(store, SURGE_AT + 2 * HOUR_MS);
    const rules = engineDeps(store).rules.map((rule) => ({ ...rule, version: `${rule.version}-changed` }));
    const engine = createAlertEngine(engineDeps(store, { rules }));
    for (const at of dueEvaluations(await store.readEvaluatedUntil(), START, END))
      await engine.evaluateAt(at);
    const events = store.alertEvents().filter((event) => event.alert.series.key === 'HBK.XTST');
    expect(events.map((event) => event.type)).toEqual(['pending', 'firing', 'resolved']);
    expect(new Set(events.map((event) => event.alertId)).size).toBe(1);
  });

  it('counts copies as reach and not as voices', async () => {
    const store = createMemoryStore();
    await writeDocuments(store, calmDocuments(28));
    const copies = badDocuments(60, SURGE_AT);
    await store.write({
      versions: copies.map((scored, index) =>
        documentVersion(scored, {
          raw: { partition: 0, offset: index },
          sequence: index,
          knownAt: 0,
          opensStory: index === 0,
          contributions: ['market', 'HBK.XTST'].map((series) => ({
            series,
            relevance: 1,
            via: [],
            negative: 0.9,
            neutral: 0.05,
            positive: 0.05,
            voice: 1,
            weight: index === 0 ? 1 : 0,
          })),
        }),
      ),
      deadLetters: [],
      receipts: [],
    });
    expect(await runGrid(store, END)).toEqual([]);
  });

  it('never alerts on a ticker that nobody knows', async () => {
    const unknown = badDocuments(20, SURGE_AT, '?ZZZ');
    const events = await runGrid(await filledStore([...calmDocuments(28), ...unknown]), END);
    expect(events.filter((event) => event.alert.series.key.startsWith('?'))).toEqual([]);
  });

  it('tells one story about several names once, by the name that it concerns most', async () => {
    const both = badDocuments(20, SURGE_AT).map((scored) => ({
      ...scored,
      mentions: [mention('HBK.XTST'), mention('AAA.XTST')],
    }));
    const events = await runGrid(await filledStore([...calmDocuments(28), ...both]), SURGE_AT + 2 * DAY_MS);
    const fired = events.filter(({ type, alert }) => type === 'firing' && alert.series.kind === 'instrument');
    const pending = events.filter(({ type }) => type === 'pending');
    expect(fired).toHaveLength(1);
    expect(pending.map(({ alert }) => alert.series.key)).toEqual(
      expect.arrayContaining(['AAA.XTST', 'HBK.XTST']),
    );
  });

  it('evaluates 5,000 active series in at most 300 ms', async () => {
    const store = createMemoryStore();
    const documents = Array.from({ length: 5_000 }, (_, index) =>
      scoredDocument(`many-${index}`, START + 20 * DAY_MS - (index % 20) * HOUR_MS - 1, {
        mentions: [mention(`N${index}.XTST`)],
      }),
    );
    await writeDocuments(store, [...calmDocuments(20), ...documents]);
    const engine = createAlertEngine(engineDeps(store));
    await engine.evaluateAt(START + 19 * DAY_MS);
    const started = process.cpuUsage();
    await engine.evaluateAt(START + 20 * DAY_MS);
    const elapsed = process.cpuUsage(started).user / 1_000;
    expect(elapsed).toBeLessThan(300);
  });
});

describe('evaluation grid', () => {
  it('names every full hour after the last evaluation up to the watermark', () => {
    const quarter = HOUR_MS / 4;
    expect([...dueEvaluations(null, START + quarter, START + 3 * HOUR_MS)]).toEqual([
      START + HOUR_MS,
      START + 2 * HOUR_MS,
      START + 3 * HOUR_MS,
    ]);
    expect([...dueEvaluations(START + 3 * HOUR_MS, START, START + 4 * HOUR_MS - 1)]).toEqual([]);
  });
});
