import type { Alert, AlertEvent } from '../../pipeline/core/alert.js';
import type { Classification } from '../../pipeline/core/model.js';
import type { Mention, ScoredDocument, Span } from '../../pipeline/core/scored.js';
import type { DocumentVersion, HourBucket } from '../../pipeline/core/store.js';
import type { AlertEngineDeps } from '../../alerts/engine.js';
import { DEFAULT_RULES } from '../../alerts/rules/default-rules.js';
import type { MemoryStore } from '../../alerts/rehearsal/memory-store.js';
import { weighContributions } from '../../pipeline/operators/weigh-contributions.js';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** A Monday. */
export const START = Date.parse('2026-03-02T00:00:00Z');
export const MODEL = { name: 'test-model', version: '3', sha256: 'ab'.repeat(32) };

/** What a model says of bad news. */
export const BAD_NEWS: Classification = {
  sentiment: {
    negative: 0.8,
    neutral: 0.1,
    positive: 0.1,
    polarity: -0.7,
    confidence: 0.8,
    label: 'negative',
  },
  topics: [{ topic: 'other', probability: 1 }],
  flags: [],
};

export function mention(instrument: string, changes: Partial<Mention> = {}): Mention {
  const spans: readonly Span[] = [[0, 4]];
  return {
    instrument,
    name: instrument,
    relevance: 0.9,
    via: ['name'],
    spans,
    negative: 0.8,
    neutral: 0.1,
    positive: 0.1,
    polarity: -0.7,
    confidence: 0.8,
    ...changes,
  };
}

/** A scored document of a made-up wire; every field can be replaced. */
export function scoredDocument(
  id: string,
  publishedAt: number,
  changes: Partial<Omit<ScoredDocument, 'document'>> & {
    readonly document?: Partial<ScoredDocument['document']>;
  } = {},
): ScoredDocument {
  const at = new Date(publishedAt).toISOString();
  const { document, ...rest } = changes;
  return {
    language: 'en',
    sentiment: BAD_NEWS.sentiment,
    topics: [],
    mentions: [mention('HBK.XTST')],
    storyId: `story-${id}`,
    model: MODEL,
    scoredAt: at,
    flags: [],
    ...rest,
    document: {
      id,
      contentHash: `hash-${id}`,
      action: 'add',
      source: { id: 'wire', kind: 'news', name: 'Test Wire', licence: null, credibility: 0.9 },
      nativeId: id,
      url: `https://wire.example/${id}`,
      title: `Harbour Bank under investigation ${id}`,
      text: `Harbour Bank said investigators searched its offices, report ${id}.`,
      language: 'en',
      author: null,
      publishedAt: at,
      precision: 'ms',
      modifiedAt: null,
      receivedAt: at,
      tickers: [],
      extra: {},
      ...document,
    },
  };
}

export function documentVersion(
  scored: ScoredDocument,
  changes: Partial<DocumentVersion> = {},
): DocumentVersion {
  return {
    raw: { partition: 0, offset: 0 },
    sequence: 0,
    version: 1,
    scored,
    knownAt: Date.parse(scored.document.publishedAt),
    opensStory: true,
    silent: false,
    authorDay: null,
    leftStory: null,
    fingerprint: scored.storyId,
    storySketch: null,
    contributions: weighContributions(scored, { sectorOf: () => 'banks' }),
    withdrawn: [],
    turns: [],
    ...changes,
  };
}

export async function writeDocuments(
  store: MemoryStore,
  documents: readonly ScoredDocument[],
): Promise<void> {
  await store.write({
    versions: documents.map((scored) => documentVersion(scored)),
    deadLetters: [],
    receipts: [],
  });
}

export function hourBucket(start: number, changes: Partial<HourBucket> = {}): HourBucket {
  const { documents = 1 } = changes;
  return {
    start,
    documents,
    judged: documents,
    stories: 1,
    weight: 1,
    negativeWeight: 0.2,
    polaritySum: 0.1,
    ...changes,
  };
}

/** `days` calm days: a mildly positive report on two names every three hours, one in ten of them bad. */
export function calmDocuments(days: number, start = START): ScoredDocument[] {
  const calm = { negative: 0.1, neutral: 0.5, positive: 0.4, polarity: 0.3, confidence: 0.5 };
  return Array.from({ length: days * 8 }, (_, index) => {
    const bad = index % 10 === 0;
    const tone = bad ? {} : calm;
    return scoredDocument(`calm-${start}-${index}`, start + index * 3 * HOUR_MS, {
      ...(bad ? {} : { sentiment: { ...calm, label: 'neutral' as const } }),
      mentions: [mention('HBK.XTST', tone), mention(index % 2 === 0 ? 'AAA.XTST' : '?ZZZ', tone)],
    });
  });
}

/** `count` bad reports on one name, one every six minutes. */
export function badDocuments(count: number, start: number, instrument = 'HBK.XTST'): ScoredDocument[] {
  return Array.from({ length: count }, (_, index) =>
    scoredDocument(`bad-${start}-${index}`, start + index * 6 * 60_000, { mentions: [mention(instrument)] }),
  );
}

export function engineDeps(store: MemoryStore, changes: Partial<AlertEngineDeps> = {}): AlertEngineDeps {
  return {
    rules: DEFAULT_RULES,
    history: store,
    store,
    describeSeries: (key) =>
      key === 'market'
        ? { kind: 'market', id: 'market', name: 'Market' }
        : { kind: 'instrument', id: key, name: `Name of ${key}` },
    tellEvidence: (row) => Promise.resolve({ sentence: row.title ?? row.text, words: [] }),
    model: () => MODEL,
    ...changes,
  };
}

/** A firing alert as the engine makes them. */
export function firingAlert(changes: Partial<Alert> = {}): Alert {
  return {
    id: '0123456789abcdef0123456789abcdef',
    rule: { id: 'instrument-negative-surge', version: '1' },
    series: { key: 'HBK.XTST', kind: 'instrument', id: 'HBK.XTST', name: 'Harbour Bank' },
    state: 'firing',
    severity: 'high',
    startedAt: '2026-03-20T09:00:00.000Z',
    firedAt: '2026-03-20T10:00:00.000Z',
    resolvedAt: null,
    evaluation: {
      at: '2026-03-20T10:00:00.000Z',
      windowHours: 24,
      documents: 14,
      stories: 9,
      count: 8.25,
      expected: 1.5,
      score: 4.87,
      threshold: 3.5,
      polarity: -0.62,
      historyDays: 18.4,
    },
    documents: [
      {
        id: 'd1',
        title: 'Harbour Bank offices searched',
        sentence: 'Investigators searched the offices of Harbour Bank on Friday.',
        url: 'https://wire.example/d1',
        source: 'Test Wire',
        publishedAt: '2026-03-20T08:55:00.000Z',
        negative: 0.93,
        weight: 0.93,
      },
      {
        id: 'd2',
        title: '港湾银行被立案调查',
        sentence: '监管部门对港湾银行立案调查。',
        url: null,
        source: '测试社',
        publishedAt: '2026-03-20T09:10:00.000Z',
        negative: 0.88,
        weight: 0.44,
      },
    ],
    model: MODEL,
    ...changes,
  };
}

export function alertEvent(alert: Alert, sequence: number, changes: Partial<AlertEvent> = {}): AlertEvent {
  const type = alert.state;
  return {
    alertId: alert.id,
    sequence,
    type,
    at: alert.evaluation.at,
    alert,
    messageId: null,
    ...changes,
  };
}
