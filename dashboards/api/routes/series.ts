import type { FastifyInstance } from 'fastify';

import {
  FREQUENCIES,
  FREQUENCY_MS,
  MARKET_SERIES,
  windowStart,
  type Frequency,
} from '../../../pipeline/core/series.js';
import type { SeriesPoint } from '../../../pipeline/core/store.js';
import type { TopicId } from '../../../pipeline/core/taxonomy.js';
import { fillWindows } from '../fill-windows.js';
import {
  MIN_RELEVANCE,
  objectSchema,
  parseAsOf,
  parseTime,
  requireOrder,
  SERIES,
  TIME,
  toIso,
  TOPIC,
  toTopic,
  watermarkAt,
} from '../parameters.js';
import type { ServerDeps } from '../ports.js';
import { ProblemError } from '../problem.js';
import type { ReadGate } from '../read-gate.js';
import { describeSeries, resolveSeries, type ResolvedSeries } from '../series-key.js';
import type { SeriesAnswer, SeriesRow } from '../wire.js';

/** Windows of all series together; a month of minutes of one series fits. */
export const MAX_WINDOWS = 50_000;
const MAX_SERIES = 50;
const DAY_MS = 86_400_000;
/** What is answered without `from`; days go back to the first document. */
const DEFAULT_LENGTH_MS: Readonly<Record<Frequency, number | null>> = {
  '1m': DAY_MS,
  '1h': 30 * DAY_MS,
  '1d': null,
};

interface SeriesParameters {
  readonly series: readonly string[];
  readonly topic?: string;
  readonly frequency: Frequency;
  readonly from?: string;
  readonly to?: string;
  readonly asOf?: string;
  readonly minRelevance: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const querystring = objectSchema({
  series: {
    type: 'array',
    items: { ...SERIES, maxLength: 4_000 },
    maxItems: MAX_SERIES,
    default: [MARKET_SERIES],
    description: 'One or more of these, repeated or separated by commas',
  },
  topic: TOPIC,
  frequency: { type: 'string', enum: FREQUENCIES, default: '1h' },
  from: TIME,
  to: TIME,
  asOf: TIME,
  minRelevance: MIN_RELEVANCE,
});

export function addSeriesRoute(app: FastifyInstance, deps: ServerDeps, gate: ReadGate): void {
  app.get<{ Querystring: SeriesParameters }>(
    '/api/v1/series',
    { schema: { querystring } },
    async (request): Promise<SeriesAnswer> => {
      const query = request.query;
      const status = deps.status();
      const { now } = status;
      const asOf = parseAsOf(query.asOf, status);
      const watermark = watermarkAt(asOf, status);
      const range = await readRange(query, deps, { now: asOf ?? now, asOf });
      const resolved = resolveAll(query.series, range.to, deps);
      requireWindows(resolved.length, range, query.frequency);
      const shared = { frequency: query.frequency, ...range, asOf };
      const [points, market] = await gate(() =>
        Promise.all([
          readPoints(
            resolved,
            { ...shared, minRelevance: query.minRelevance, topic: toTopic(query.topic) },
            deps,
          ),
          deps.queries.series({ ...shared, series: [MARKET_SERIES], topic: null, minRelevance: 0 }),
        ]),
      );
      const covered = new Set(market.map((point) => point.start));
      const data = resolved.flatMap((series): readonly SeriesRow[] =>
        fillWindows(points.get(series.label) ?? [], { ...shared, label: series.label, watermark, covered }),
      );
      return {
        data,
        asOf: toIso(asOf ?? now),
        frequency: query.frequency,
        from: toIso(range.from),
        to: toIso(range.to),
        topic: query.topic ?? null,
        minRelevance: query.minRelevance,
        watermark: watermark === null ? null : toIso(watermark),
        series: resolved.map((series) => ({
          requested: series.requested,
          ...describeSeries(series.key, deps.instruments, series.topic),
        })),
      };
    },
  );
}

/** Whole windows only: `from` goes down and `to` up to the next border. */
async function readRange(
  query: SeriesParameters,
  deps: ServerDeps,
  { now, asOf }: { readonly now: number; readonly asOf: number | null },
): Promise<Range> {
  const step = FREQUENCY_MS[query.frequency];
  const askedTo = parseTime('to', query.to) ?? now;
  const to = windowStart(askedTo - 1, query.frequency) + step;
  const askedFrom = parseTime('from', query.from) ?? (await defaultFrom(query.frequency, to, asOf, deps));
  requireOrder(askedFrom, askedTo);
  return { from: windowStart(askedFrom, query.frequency), to };
}

async function defaultFrom(
  frequency: Frequency,
  to: number,
  asOf: number | null,
  deps: ServerDeps,
): Promise<number> {
  const length = DEFAULT_LENGTH_MS[frequency];
  if (length !== null) return to - length;
  const extent = await deps.queries.extent(asOf);
  return Math.min(extent?.from ?? to - 30 * DAY_MS, to - DAY_MS);
}

function resolveAll(requested: readonly string[], at: number, deps: ServerDeps): readonly ResolvedSeries[] {
  const names = requested.flatMap((entry) => entry.split(',')).map((name) => name.trim());
  const wanted = [...new Set(names.filter((name) => name !== ''))];
  if (wanted.length === 0 || wanted.length > MAX_SERIES) {
    throw new ProblemError(400, `The query parameter "series" must name 1 to ${MAX_SERIES} series.`);
  }
  const byLabel = new Map<string, ResolvedSeries>();
  for (const name of wanted) {
    const series = resolveSeries(name, at, deps.instruments);
    if (!byLabel.has(series.label)) byLabel.set(series.label, series);
  }
  return [...byLabel.values()];
}

function requireWindows(seriesCount: number, range: Range, frequency: Frequency): void {
  const windows = ((range.to - range.from) / FREQUENCY_MS[frequency]) * seriesCount;
  if (windows <= MAX_WINDOWS) return;
  throw new ProblemError(
    400,
    `The question spans ${windows} windows of ${frequency}, more than the ${MAX_WINDOWS} of one answer; ` +
      'shorten the time between "from" and "to", name fewer series or ask for a longer "frequency".',
    { code: 'range_too_wide', maxWindows: MAX_WINDOWS },
  );
}

/** One query for the series under the common topic and one for each `topic:…` series; keyed by label. */
async function readPoints(
  resolved: readonly ResolvedSeries[],
  query: Range & {
    readonly frequency: Frequency;
    readonly asOf: number | null;
    readonly minRelevance: number;
    readonly topic: TopicId | null;
  },
  deps: ServerDeps,
): Promise<ReadonlyMap<string, readonly SeriesPoint[]>> {
  const plain = resolved.filter((series) => series.topic === null);
  const topical = resolved.filter((series) => series.topic !== null);
  if (topical.length > 0 && query.topic !== null) {
    throw new ProblemError(
      400,
      'A series topic:… has its topic already; leave out the query parameter "topic".',
    );
  }
  const byLabel = new Map<string, readonly SeriesPoint[]>();
  if (plain.length > 0) {
    const points = await deps.queries.series({ ...query, series: plain.map((series) => series.key) });
    for (const series of plain) {
      byLabel.set(
        series.label,
        points.filter((point) => point.series === series.key),
      );
    }
  }
  for (const series of topical) {
    byLabel.set(
      series.label,
      await deps.queries.series({ ...query, series: [series.key], topic: series.topic }),
    );
  }
  return byLabel;
}
