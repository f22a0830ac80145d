import type { FastifyInstance } from 'fastify';

import { MARKET_SERIES } from '../../../pipeline/core/series.js';
import type { SeriesSummary } from '../../../pipeline/core/store.js';
import { limitSchema, objectSchema, parseTime, requireOrder, TIME, toIso } from '../parameters.js';
import type { ServerDeps } from '../ports.js';
import type { ReadGate } from '../read-gate.js';
import { describeSeries } from '../series-key.js';
import type { OverviewAnswer, OverviewRow } from '../wire.js';

const DAY_MS = 86_400_000;

interface OverviewParameters {
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

const querystring = objectSchema({ from: TIME, to: TIME, limit: limitSchema(200, 1_000) });
const searchQuery = objectSchema(
  { q: { type: 'string', minLength: 1, maxLength: 80 }, limit: limitSchema(20, 100) },
  ['q'],
);

export function addOverviewRoutes(app: FastifyInstance, deps: ServerDeps, gate: ReadGate): void {
  app.get<{ Querystring: OverviewParameters }>(
    '/api/v1/overview',
    { schema: { querystring } },
    async (request): Promise<OverviewAnswer> => {
      const { now } = deps.status();
      const to = parseTime('to', request.query.to) ?? now + 1;
      const from = parseTime('from', request.query.from) ?? to - DAY_MS;
      requireOrder(from, to);
      const [summaries, extent] = await gate(() =>
        // One more than asked for: the market is among them.
        Promise.all([deps.queries.summaries(from, to, request.query.limit + 1), deps.queries.extent()]),
      );
      const rows = summaries.map((summary) => toRow(summary, deps));
      return {
        from: toIso(from),
        to: toIso(to),
        now: toIso(now),
        market: rows.find((row) => row.id === MARKET_SERIES) ?? null,
        instruments: rows.filter((row) => row.kind === 'instrument').slice(0, request.query.limit),
        extent:
          extent === null
            ? null
            : { from: toIso(extent.from), to: toIso(extent.to), documents: extent.documents },
      };
    },
  );

  app.get<{ Querystring: { q: string; limit: number } }>(
    '/api/v1/instruments',
    { schema: { querystring: searchQuery } },
    (request) => ({ data: deps.instruments.search(request.query.q, request.query.limit) }),
  );
}

function toRow(summary: SeriesSummary, deps: ServerDeps): OverviewRow {
  const { documents, stories, negative, polarity, previousPolarity } = summary;
  return {
    ...describeSeries(summary.series, deps.instruments),
    documents,
    stories,
    negative,
    polarity,
    previousPolarity,
    change: previousPolarity === null || polarity === null ? null : polarity - previousPolarity,
    lastDocumentAt: toIso(summary.lastDocumentAt),
  };
}
