import { createHash } from 'node:crypto';
import type { Alert, AlertEvent, AlertEventType, AlertState } from '../../pipeline/core/alert.js';
import type { Clock } from '../../pipeline/core/clock.js';
import type { DocumentAction, LogPosition, SourceKind } from '../../pipeline/core/document.js';
import type { ScoredDocument } from '../../pipeline/core/scored.js';
import type { DocumentVersion, SeriesQuery, StoreBatch, TouchedWindow } from '../../pipeline/core/store.js';
import type { TopicId } from '../../pipeline/core/taxonomy.js';
import type { Store } from '../../pipeline/storage/open-store.js';

export const BASE = Date.UTC(2026, 2, 2, 9, 0);
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** A clock that stands still. */
export const stillClock: Clock = { now: () => BASE, monotonic: () => 0, sleep: () => Promise.resolve() };

export function hexId(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

export interface VersionWriter {
  /** The next place of the log. */
  readonly place: () => LogPosition;
  /** A version there, not written. */
  readonly version: (spec: Omit<VersionSpec, 'offset'>) => DocumentVersion;
  /** Writes and rolls up versions, each at the next place. */
  readonly put: (...specs: readonly Omit<VersionSpec, 'offset'>[]) => Promise<readonly DocumentVersion[]>;
}

/** Writes into the store that a suite has open. */
export function versionWriter(store: () => Pick<Store, 'write' | 'rollUp'>): VersionWriter {
  let offset = 0;
  const place = () => ({ partition: 0, offset: (offset += 1) });
  const version: VersionWriter['version'] = (spec) => makeVersion({ ...spec, offset: place().offset });
  return {
    place,
    version,
    put: async (...specs) => {
      const versions = specs.map(version);
      await store().write(batchOf(...versions));
      await store().rollUp(touchedBy(...versions));
      return versions;
    },
  };
}

/** The minutes of a series on the day of `BASE`, as they are known now. */
export function minutesOf(series: string, more: Partial<SeriesQuery> = {}): SeriesQuery {
  return {
    series: [series],
    topic: null,
    frequency: '1m',
    from: BASE,
    to: BASE + DAY,
    asOf: null,
    minRelevance: 0,
    ...more,
  };
}

export interface VersionSpec {
  readonly name: string;
  readonly offset: number;
  readonly version?: number;
  readonly action?: DocumentAction;
  readonly at?: number;
  readonly knownAt?: number;
  readonly series?: readonly string[];
  readonly withdrawn?: DocumentVersion['withdrawn'];
  readonly negative?: number;
  readonly weight?: number;
  /** Opens no story and has no weight. */
  readonly copy?: boolean;
  readonly relevance?: number;
  readonly topics?: readonly TopicId[];
  readonly story?: string;
  readonly storySketch?: string;
  readonly silent?: boolean;
  readonly leftStory?: string;
  readonly authorDay?: string;
  readonly turns?: DocumentVersion['turns'];
  readonly text?: string;
  readonly title?: string | null;
  readonly flags?: readonly string[];
  readonly foreignness?: number;
  readonly author?: string;
  readonly accountSince?: string;
  readonly kind?: SourceKind;
}

const UNSAID = { negative: 0, neutral: 0, positive: 0 };

/** A version as the monitor makes it; what the spec leaves out is plain. */
export function makeVersion(spec: VersionSpec): DocumentVersion {
  const at = spec.at ?? BASE;
  const negative = spec.negative ?? 0.5;
  const series = spec.series ?? ['market', 'ACME.XNAS'];
  const scores = { negative, neutral: (1 - negative) / 4, positive: ((1 - negative) * 3) / 4 };
  return {
    raw: { partition: 0, offset: spec.offset },
    sequence: spec.offset,
    version: spec.version ?? 1,
    scored: makeScored(spec, at, scores),
    knownAt: spec.knownAt ?? at,
    opensStory: spec.copy !== true,
    silent: spec.silent ?? false,
    authorDay: spec.authorDay ?? null,
    leftStory: spec.leftStory === undefined ? null : hexId(spec.leftStory),
    fingerprint: hexId(`text of ${spec.name}`),
    storySketch: spec.storySketch ?? null,
    contributions: series.map((key) => ({
      series: key,
      relevance: spec.relevance ?? 1,
      via: key === 'market' ? [] : ['name', 'cashtag'],
      ...(spec.flags?.includes('unclassified') === true ? UNSAID : scores),
      voice: spec.action === 'retract' ? 0 : (spec.weight ?? 1),
      weight: spec.action === 'retract' || spec.copy === true ? 0 : (spec.weight ?? 1),
    })),
    withdrawn: spec.withdrawn ?? [],
    turns: spec.turns ?? [],
  };
}

function makeScored(
  spec: VersionSpec,
  at: number,
  scores: { negative: number; neutral: number; positive: number },
): ScoredDocument {
  const iso = new Date(at).toISOString();
  const polarity = scores.positive - scores.negative;
  return {
    document: {
      id: hexId(spec.name),
      contentHash: hexId(`${spec.name} ${spec.version ?? 1} ${spec.action ?? 'add'}`),
      action: spec.action ?? 'add',
      source: { id: 'wire', kind: spec.kind ?? 'news', name: 'The Wire', licence: null, credibility: 0.8 },
      nativeId: spec.name,
      url: `https://wire.example/${encodeURIComponent(spec.name)}`,
      title: spec.title === undefined ? `Title of ${spec.name}` : spec.title,
      text: spec.text ?? `Acme had a bad day, says ${spec.name}.`,
      language: 'en',
      author: spec.author ?? null,
      publishedAt: iso,
      precision: 'ms',
      modifiedAt: null,
      receivedAt: new Date(spec.knownAt ?? at).toISOString(),
      tickers: ['ACME'],
      extra: { page: 1, ...(spec.accountSince === undefined ? {} : { accountSince: spec.accountSince }) },
    },
    language: 'en',
    sentiment: {
      ...scores,
      polarity,
      confidence: Math.max(scores.negative, scores.neutral, scores.positive),
      label: polarity < 0 ? 'negative' : 'positive',
    },
    topics: (spec.topics ?? ['earnings']).map((topic) => ({ topic, probability: 0.75 })),
    mentions: [
      {
        instrument: 'ACME.XNAS',
        name: 'Acme',
        relevance: spec.relevance ?? 1,
        via: ['name', 'cashtag'],
        spans: [[0, 4]],
        ...scores,
        polarity,
        confidence: 0.5,
      },
    ],
    storyId: hexId(spec.story ?? `story of ${spec.name}`),
    model: { name: 'ngram', version: '1.0.0', sha256: 'ab'.repeat(32) },
    scoredAt: new Date(at + 5).toISOString(),
    ...(spec.foreignness === undefined ? {} : { foreignness: spec.foreignness }),
    flags: spec.flags ?? [],
  };
}

/** The batch that stores the versions, each with its receipt. */
export function batchOf(...versions: readonly DocumentVersion[]): StoreBatch {
  return {
    versions,
    deadLetters: [],
    receipts: versions.map(({ raw, version, scored }) => ({
      raw,
      documentId: scored.document.id,
      version,
      outcome: 'stored',
      reason: null,
    })),
  };
}

/** Every window that the versions count in or are withdrawn from. */
export function touchedBy(...versions: readonly DocumentVersion[]): readonly TouchedWindow[] {
  return versions.flatMap(({ scored, contributions, withdrawn, turns }) => [
    ...contributions.map(({ series }) => ({ series, time: Date.parse(scored.document.publishedAt) })),
    ...withdrawn.map(({ series, publishedAt }) => ({ series, time: Date.parse(publishedAt) })),
    ...turns.flatMap((turn) => turn.series.map((series) => ({ series, time: Date.parse(turn.publishedAt) }))),
  ]);
}

export interface EventSpec {
  readonly id: string;
  readonly sequence: number;
  readonly type: AlertEventType;
  readonly state: AlertState;
  readonly startedAt?: number;
  readonly resolvedAt?: number | null;
  readonly series?: string;
}

export function makeEvent(spec: EventSpec): AlertEvent {
  const startedAt = spec.startedAt ?? BASE;
  const key = spec.series ?? 'ACME.XNAS';
  const alert: Alert = {
    id: spec.id,
    rule: { id: 'negative-surge', version: '1' },
    series: { key, kind: 'instrument', id: key, name: 'Acme' },
    state: spec.state,
    severity: 'high',
    startedAt: new Date(startedAt).toISOString(),
    firedAt: spec.state === 'pending' ? null : new Date(startedAt + HOUR).toISOString(),
    resolvedAt: spec.resolvedAt == null ? null : new Date(spec.resolvedAt).toISOString(),
    evaluation: {
      at: new Date(startedAt).toISOString(),
      windowHours: 24,
      documents: 12,
      stories: 9,
      count: 7.5,
      expected: 1.25,
      score: 5,
      threshold: 4,
      polarity: -0.6,
      historyDays: 14,
    },
    documents: [],
    model: { name: 'ngram', version: '1.0.0', sha256: 'ab'.repeat(32) },
  };
  return {
    alertId: spec.id,
    sequence: spec.sequence,
    type: spec.type,
    at: new Date(startedAt + spec.sequence * MINUTE).toISOString(),
    alert,
    messageId: spec.type === 'mailed' ? '<a@b>' : null,
  };
}
