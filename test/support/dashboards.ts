import { storyFactsOf } from '../../pipeline/operators/stories/describe-story.js';
import { createHash } from 'node:crypto';

import type { Alert, AlertEvent } from '../../pipeline/core/alert.js';
import { systemClock } from '../../pipeline/core/clock.js';
import { documentText, type MentionOrigin } from '../../pipeline/core/scored.js';
import type { DocumentView } from '../../pipeline/core/store.js';
import type { Certainty, Ruled } from '../../pipeline/core/scored.js';
import type { TopicId } from '../../pipeline/core/taxonomy.js';
import { silentLogger } from '../../pipeline/telemetry/logger.js';
import { createLiveHub, type LiveHub } from '../../dashboards/api/live-hub.js';
import type { LiveDocument, WireExplanation } from '../../dashboards/api/wire.js';
import type {
  InstrumentDirectory,
  InstrumentInfo,
  Mail,
  ServerDeps,
  ServiceStatus,
} from '../../dashboards/api/ports.js';
import { createMemoryDesk, type MemoryDesk } from './dashboards-labels.js';
import { createMemoryStore, type MemoryStore } from './dashboards-store.js';

/** The present of every dashboard test. */
export const NOW = Date.parse('2026-03-10T12:00:00.000Z');
const MODEL = { name: 'ngram', version: '1', sha256: 'a'.repeat(64) };

export const COMPANIES: readonly InstrumentInfo[] = [
  { id: 'HBRV.XDEM', name: 'Harborview Bank', nameZh: '港景银行', sector: 'banks' },
  { id: 'LUMA.XDEM', name: 'Lumera Devices', nameZh: '流明电子', sector: 'technology' },
  { id: 'QHAI.XDEM', name: 'Qinghai Motors', nameZh: '青海汽车', sector: 'automotive' },
  { id: 'DUP.XAAA', name: 'Duplo One', nameZh: null, sector: null },
  { id: 'DUP.XBBB', name: 'Duplo Two', nameZh: null, sector: null },
];

export interface DocumentSpec {
  readonly key: string;
  readonly title: string | null;
  readonly text: string;
  readonly publishedAt: number;
  readonly instrument: string;
  readonly negative: number;
  readonly certainty?: Certainty;
  readonly language?: string;
  readonly topic?: TopicId;
  readonly url?: string | null;
  readonly version?: number;
  readonly action?: DocumentView['action'];
  readonly knownAt?: number;
  readonly mentioned?: string;
  readonly source?: string;
  readonly ruled?: Ruled;
}

export function documentId(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

export function makeDocument(spec: DocumentSpec): DocumentView {
  const positive = (1 - spec.negative) / 2;
  const sentiment = {
    negative: spec.negative,
    neutral: 1 - spec.negative - positive,
    positive,
    polarity: positive - spec.negative,
    confidence: Math.max(spec.negative, positive),
  };
  const info = COMPANIES.find((company) => company.id === spec.instrument);
  const name = info?.name ?? spec.instrument.replace('?', '');
  const words = spec.mentioned ?? name;
  const start = documentText(spec).indexOf(words);
  const via: readonly MentionOrigin[] = start < 0 ? ['provider'] : ['name'];
  const iso = (time: number) => new Date(time).toISOString();
  return {
    id: documentId(spec.key),
    version: spec.version ?? 1,
    action: spec.action ?? 'add',
    source: { id: 'demo-wire', kind: 'news', name: spec.source ?? 'Demo Wire' },
    url: spec.url === undefined ? `https://news.example/${spec.key}` : spec.url,
    title: spec.title,
    text: spec.text,
    language: spec.language ?? 'en',
    author: null,
    publishedAt: iso(spec.publishedAt),
    precision: 'minute',
    receivedAt: iso(spec.publishedAt + 4_000),
    knownAt: iso(spec.knownAt ?? spec.publishedAt),
    sentiment: { ...sentiment, label: spec.negative > 0.5 ? 'negative' : 'neutral' },
    topics: [{ topic: spec.topic ?? 'fraud_risk', probability: 0.8 }],
    mentions: [
      {
        instrument: spec.instrument,
        name,
        relevance: start < 0 ? 0 : 0.9,
        via,
        ...sentiment,
        spans: start < 0 ? [] : [[start, start + words.length]],
      },
    ],
    storyId: documentId(`story ${spec.key}`),
    certainty: spec.certainty ?? 'fact',
    model: MODEL,
    flags: (spec.ruled?.rules ?? []).map(({ id }) => `rule:${id}`),
    ...(spec.ruled === undefined ? {} : { ruled: spec.ruled }),
  };
}

export function toLive(view: DocumentView): LiveDocument {
  return {
    id: view.id,
    version: view.version,
    action: view.action,
    title: view.title ?? view.text,
    source: view.source.name,
    language: view.language,
    publishedAt: view.publishedAt,
    negative: view.sentiment.negative,
    polarity: view.sentiment.polarity,
    series: ['market', ...view.mentions.map((mention) => mention.instrument)],
  };
}

export function makeAlert(overrides: Partial<Alert> & { readonly evidence: readonly DocumentView[] }): Alert {
  const { evidence, ...rest } = overrides;
  return {
    id: 'alert-0001',
    rule: { id: 'negative-surge', version: '1' },
    series: { key: 'HBRV.XDEM', kind: 'instrument', id: 'HBRV.XDEM', name: 'Harborview Bank' },
    state: 'firing',
    severity: 'critical',
    startedAt: new Date(NOW - 40 * 60_000).toISOString(),
    firedAt: new Date(NOW - 35 * 60_000).toISOString(),
    resolvedAt: null,
    evaluation: {
      at: new Date(NOW - 35 * 60_000).toISOString(),
      windowHours: 24,
      documents: 14,
      stories: 9,
      count: 7.4,
      expected: 0.6,
      score: 6.2,
      threshold: 4,
      polarity: -0.71,
      historyDays: 14,
    },
    documents: evidence.map((view) => ({
      id: view.id,
      title: view.title ?? '',
      sentence: view.text.split('. ')[0] ?? view.text,
      url: view.url,
      source: view.source.name,
      certainty: view.certainty ?? 'fact',
      ...(view.ruled === undefined ? {} : { rules: view.ruled.rules }),
      publishedAt: view.publishedAt,
      negative: view.sentiment.negative,
      weight: 0.9,
    })),
    model: MODEL,
    ...rest,
  };
}

export function alertEvents(alert: Alert): readonly AlertEvent[] {
  return (['pending', 'firing', 'mailed'] as const).map((type, sequence) => ({
    alertId: alert.id,
    sequence,
    type,
    at: alert.firedAt ?? alert.startedAt,
    alert,
    messageId: type === 'mailed' ? '<alert-0001@bellwether.example>' : null,
  }));
}

export const directory: InstrumentDirectory = {
  resolve: (text) => {
    const found = COMPANIES.filter((company) => company.id === text || company.id.split('.')[0] === text);
    if (found.length === 1) return { kind: 'known', id: found[0]?.id ?? text };
    if (found.length > 1) return { kind: 'ambiguous', candidates: found.map((company) => company.id) };
    return {
      kind: 'unknown',
      suggestions: COMPANIES.filter((company) => company.id.startsWith(text.slice(0, 2))).map(
        (company) => company.id,
      ),
    };
  },
  describe: (id) => COMPANIES.find((company) => company.id === id) ?? null,
  search: (text, limit) =>
    COMPANIES.filter((company) =>
      `${company.id} ${company.name}`.toLowerCase().includes(text.toLowerCase()),
    ).slice(0, limit),
};

export interface Fixture {
  readonly deps: ServerDeps;
  readonly store: MemoryStore;
  readonly live: LiveHub;
  readonly mails: Mail[];
  readonly desk: MemoryDesk;
  status: ServiceStatus;
}

/** As if a few words of the fixtures' texts carried every score. */
function explainByFewWords(text: string, language: string): WireExplanation {
  const words = Array.from(
    text.matchAll(/no date|halt(?:s|ed)|suspends|gap|queue|opens|暂停|监管/g),
    ({ index, 0: word }) => ({
      word,
      span: [index, index + word.length] as const,
      contribution: word === 'opens' ? -0.4 : 1.2,
    }),
  );
  const total = words.reduce((sum, { contribution }) => sum + contribution, 0.1);
  const sentiment = { negative: 0.8, neutral: 0.1, positive: 0.1, polarity: -0.7, confidence: 0.8 };
  return {
    method: 'exact',
    total,
    bias: 0.1,
    words: words.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
    standardError: 0,
    unexplained: 0,
    language,
    model: MODEL,
    sentiment: { ...sentiment, label: 'negative' },
    sentences: [{ span: [0, text.length], contribution: total - 0.1 }],
    flags: [],
  };
}

/** Everything the server needs, empty; change what the test is about. */
export function createFixture(overrides: Partial<ServerDeps> = {}): Fixture {
  const store = createMemoryStore();
  const live = createLiveHub({ startedAt: NOW });
  const mails: Mail[] = [];
  const desk = createMemoryDesk(store);
  const fixture: Fixture = {
    store,
    live,
    mails,
    desk,
    status: {
      world: 'demo',
      now: NOW,
      watermark: NOW - 60_000,
      newestDocumentAt: NOW - 30_000,
      model: MODEL,
      sources: [
        {
          id: 'demo-wire',
          name: 'Demo Wire',
          licence: null,
          state: 'ok',
          reason: null,
          cause: null,
          lastDeliveryAt: NOW - 30_000,
          lastContactAt: NOW - 5_000,
          countedSince: NOW - 3_600_000,
          delivered: 400,
          rejected: 0,
          refused: null,
        },
      ],
      version: '0.1.0',
      lagDocuments: 0,
    },
    deps: {
      queries: store,
      instruments: directory,
      mails: {
        list: (limit) =>
          Promise.resolve(
            mails
              .slice(0, limit)
              .map(({ id, subject, to, date, alertId }) => ({ id, subject, to, date, alertId })),
          ),
        read: (id) => Promise.resolve(mails.find((mail) => mail.id === id) ?? null),
      },
      live,
      findTellingSentence: ({ text }) => {
        const start = text.indexOf('\n') + 1;
        const end = text.indexOf('. ', start);
        return Promise.resolve([start, end < 0 ? text.length : end + 1]);
      },
      explain: ({ text, language }) => Promise.resolve(explainByFewWords(text, language ?? 'en')),
      describeStory: storyFactsOf,
      labels: desk,
      mayWrite: () => true,
      health: () => ({ ready: true, reasons: [] }),
      status: () => fixture.status,
      clock: systemClock,
      logger: silentLogger,
      webRoot: '/nonexistent',
      host: '127.0.0.1',
      ...overrides,
    },
  };
  return fixture;
}
