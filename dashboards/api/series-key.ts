import { MARKET_SERIES, sectorOf, seriesKind, type SeriesKey } from '../../pipeline/core/series.js';
import { SECTOR_IDS, SECTORS, TOPIC_IDS, TOPICS, type TopicId } from '../../pipeline/core/taxonomy.js';
import type { InstrumentDirectory } from './ports.js';
import { ProblemError } from './problem.js';
import type { SeriesInfo } from './wire.js';

/** A series as the store knows it, and as the caller is told about it. */
export interface ResolvedSeries {
  /** As asked for. */
  readonly requested: string;
  /** Canonical: `market`, `instrument:AAPL.XNAS`, `sector:banks`, `topic:earnings`. */
  readonly label: string;
  readonly key: SeriesKey;
  /** Set by `topic:…` only. */
  readonly topic: TopicId | null;
}

const UNLISTED = /^\?[A-Z0-9][A-Z0-9.^-]{0,15}$/;

/**
 * Understands a `series` parameter; `at` decides which company a bare ticker meant.
 * Throws a problem that lists what was probably meant.
 */
export function resolveSeries(
  requested: string,
  at: number,
  instruments: InstrumentDirectory,
): ResolvedSeries {
  if (requested === MARKET_SERIES) return { requested, label: requested, key: MARKET_SERIES, topic: null };
  const colon = requested.indexOf(':');
  const kind = colon < 0 ? 'instrument' : requested.slice(0, colon);
  const id = requested.slice(colon + 1);
  switch (kind) {
    case 'topic':
      return { requested, label: requested, key: MARKET_SERIES, topic: requireTopic(id) };
    case 'sector':
      if (sectorOf(requested) !== null) return { requested, label: requested, key: requested, topic: null };
      throw unknownSeries(`There is no sector "${id}"; there are: ${SECTOR_IDS.join(', ')}.`);
    case 'instrument': {
      const key = resolveInstrument(id, at, instruments);
      return { requested, label: `instrument:${key}`, key, topic: null };
    }
    default:
      throw new ProblemError(
        400,
        `The series "${requested}" is not understood; ask for market, instrument:ID, sector:ID or topic:ID.`,
        { code: 'unknown_series' },
      );
  }
}

function requireTopic(id: string): TopicId {
  const topic = TOPIC_IDS.find((known) => known === id);
  if (topic !== undefined) return topic;
  throw unknownSeries(`There is no topic "${id}"; there are: ${TOPIC_IDS.join(', ')}.`);
}

function resolveInstrument(id: string, at: number, instruments: InstrumentDirectory): SeriesKey {
  if (UNLISTED.test(id)) return id;
  const found = instruments.resolve(id, at);
  switch (found.kind) {
    case 'known':
      return found.id;
    case 'ambiguous':
      throw new ProblemError(
        400,
        `More than one instrument has the ticker "${id}"; ask for one of: ${found.candidates.join(', ')}.`,
        { code: 'ambiguous_ticker', candidates: found.candidates },
      );
    case 'unknown':
      throw unknownSeries(describeUnknown(id, found.suggestions), { suggestions: found.suggestions });
  }
}

function unknownSeries(detail: string, extra: Readonly<Record<string, unknown>> = {}): ProblemError {
  return new ProblemError(404, detail, { code: 'unknown_series', ...extra });
}

function describeUnknown(id: string, suggestions: readonly string[]): string {
  const near = suggestions.length === 0 ? '' : ` Did you mean ${suggestions.join(', ')}?`;
  return `There is no instrument "${id}" in the list.${near} A ticker that is not in the list has the series instrument:?TICKER.`;
}

/** Names of a stored series key, with the topic when the series is one of a topic. */
export function describeSeries(
  key: SeriesKey,
  instruments: InstrumentDirectory,
  topic: TopicId | null = null,
): SeriesInfo {
  if (topic !== null) {
    const names = TOPICS[topic];
    return {
      series: `topic:${topic}`,
      kind: 'topic',
      id: topic,
      name: names.en,
      nameZh: names.zh,
      sector: null,
    };
  }
  const sector = sectorOf(key);
  if (sector !== null) {
    const names = SECTORS[sector];
    return { series: key, kind: 'sector', id: sector, name: names.en, nameZh: names.zh, sector };
  }
  if (seriesKind(key) === 'market') {
    return { series: key, kind: 'market', id: key, name: 'Market', nameZh: '市场', sector: null };
  }
  const info = instruments.describe(key);
  return {
    series: `instrument:${key}`,
    kind: 'instrument',
    id: key,
    name: info?.name ?? key.replace(/^\?/, ''),
    nameZh: info?.nameZh ?? null,
    sector: info?.sector ?? null,
  };
}
