import type { SourceKind } from '../../pipeline/core/document.js';
import type { Alert, AlertEvent } from '../../pipeline/core/alert.js';
import { FREQUENCY_MS, windowStart, type SeriesKey } from '../../pipeline/core/series.js';
import type { DocumentView, QueryStore, SeriesPoint, SeriesSummary } from '../../pipeline/core/store.js';
import type { TopicId } from '../../pipeline/core/taxonomy.js';

/** A query store over a plain list; small enough to be read, and complete as far as the API asks. */
export interface MemoryStore extends QueryStore {
  add(...documents: readonly DocumentView[]): void;
  addAlert(alert: Alert, events: readonly AlertEvent[]): void;
}

interface Choice {
  readonly topic: TopicId | null;
  readonly from: number;
  readonly to: number;
  readonly asOf: number | null;
  readonly minRelevance: number;
}

export function createMemoryStore(): MemoryStore {
  const documents: DocumentView[] = [];
  const alerts = new Map<string, { alert: Alert; events: readonly AlertEvent[] }>();

  const newest = (asOf: number | null) => {
    const byId = new Map<string, DocumentView>();
    for (const view of documents) {
      if (asOf !== null && Date.parse(view.knownAt) > asOf) continue;
      const known = byId.get(view.id);
      if (known === undefined || known.version < view.version) byId.set(view.id, view);
    }
    return [...byId.values()];
  };
  const choose = (series: SeriesKey, choice: Choice) =>
    newest(choice.asOf).filter((view) => {
      const time = Date.parse(view.publishedAt);
      const mention = view.mentions.find((one) => one.instrument === series);
      return (
        time >= choice.from &&
        time < choice.to &&
        (series === 'market' || (mention !== undefined && mention.relevance >= choice.minRelevance)) &&
        (choice.topic === null || view.topics.some((score) => score.topic === choice.topic))
      );
    });
  const counted = (views: readonly DocumentView[]) => views.filter((view) => view.action !== 'retract');

  return {
    add: (...views) => void documents.push(...views),
    addAlert: (alert, events) => void alerts.set(alert.id, { alert, events }),
    series: (query) =>
      Promise.resolve(
        query.series.flatMap((series) => {
          const windows = new Map<number, DocumentView[]>();
          for (const view of counted(choose(series, query))) {
            const start = windowStart(Date.parse(view.publishedAt), query.frequency);
            windows.set(start, [...(windows.get(start) ?? []), view]);
          }
          return [...windows].map(([start, views]) => toPoint(series, start, views));
        }),
      ),
    summaries: (from, to, limit) => {
      const all = { topic: null, asOf: null, minRelevance: 0 };
      const keys = new Set([
        'market',
        ...documents.flatMap((view) => view.mentions.map((one) => one.instrument)),
      ]);
      const rows = [...keys].flatMap((series): SeriesSummary[] => {
        const views = counted(choose(series, { ...all, from, to }));
        const before = counted(choose(series, { ...all, from: 2 * from - to, to: from }));
        if (views.length === 0) return [];
        const point = toPoint(series, from, views);
        return [
          {
            ...point,
            previousPolarity: before.length === 0 ? null : toPoint(series, from, before).polarity,
            lastDocumentAt: Math.max(...views.map((view) => Date.parse(view.publishedAt))),
          },
        ];
      });
      return Promise.resolve(rows.sort((a, b) => b.documents - a.documents).slice(0, limit));
    },
    documents: (query) => {
      const found = choose(query.series, query).sort((a, b) =>
        query.order === 'newest'
          ? b.publishedAt.localeCompare(a.publishedAt)
          : b.sentiment.negative - a.sentiment.negative,
      );
      const start = Number(query.cursor ?? 0);
      const end = start + query.limit;
      return Promise.resolve({
        items: found.slice(start, end),
        nextCursor: end < found.length ? String(end) : null,
      });
    },
    document: (id, asOf) => Promise.resolve(newest(asOf).find((view) => view.id === id) ?? null),
    storyMembers: (storyId, asOf) =>
      Promise.resolve(
        counted(newest(asOf).filter((view) => view.storyId === storyId)).map((view) => ({
          documentId: view.id,
          publishedAt: Date.parse(view.publishedAt),
          source: { ...view.source, kind: view.source.kind as SourceKind },
          author: view.author,
          accountSince: null,
          fingerprint: view.storyId,
        })),
      ),
    alerts: ({ from, to, series, limit, state = null }) =>
      Promise.resolve(
        [...alerts.values()]
          .map((entry) => entry.alert)
          .filter((alert) => Date.parse(alert.startedAt) >= from && Date.parse(alert.startedAt) < to)
          .filter((alert) => series === null || alert.series.key === series)
          .filter((alert) => state === null || alert.state === state)
          .slice(0, limit),
      ),
    diff: () => Promise.reject(new Error('A diff needs the real store.')),
    alert: (id) => Promise.resolve(alerts.get(id) ?? null),
    extent: () => {
      const times = documents.map((view) => Date.parse(view.publishedAt));
      if (times.length === 0) return Promise.resolve(null);
      return Promise.resolve({ from: Math.min(...times), to: Math.max(...times), documents: times.length });
    },
  };
}

function toPoint(series: SeriesKey, start: number, views: readonly DocumentView[]): SeriesPoint {
  const scores = views.map(
    (view) => view.mentions.find((one) => one.instrument === series) ?? view.sentiment,
  );
  const mean = (pick: (score: (typeof scores)[number]) => number) =>
    scores.reduce((sum, score) => sum + pick(score), 0) / scores.length;
  return {
    series,
    start,
    documents: views.length,
    stories: new Set(views.map((view) => view.storyId)).size,
    negative: mean((score) => score.negative),
    neutral: mean((score) => score.neutral),
    positive: mean((score) => score.positive),
    polarity: mean((score) => score.polarity),
  };
}

/** Milliseconds of one window of the given frequency, for tests that build their own times. */
export const HOUR_MS = FREQUENCY_MS['1h'];
