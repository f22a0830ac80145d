import type { FastifyInstance } from 'fastify';

import { FREQUENCIES, MARKET_SERIES, type Frequency } from '../../../pipeline/core/series.js';
import { limitSchema, objectSchema, parseAsOf, requireOrder, SERIES, TIME, toIso } from '../parameters.js';
import type { ServerDeps } from '../ports.js';
import { ProblemError } from '../problem.js';
import type { ReadGate } from '../read-gate.js';
import { describeSeries, resolveSeries } from '../series-key.js';
import type { DiffAnswer } from '../wire.js';

interface DiffParameters {
  readonly from: string;
  readonly to?: string;
  readonly series: string;
  readonly frequency: Frequency;
  readonly limit: number;
  readonly cursor?: string;
}

const querystring = objectSchema(
  {
    from: { ...TIME, description: 'What was known at this time …' },
    to: {
      ...TIME,
      description: '… is compared with what was known at this one; without it the latest settled time',
    },
    series: { ...SERIES, default: MARKET_SERIES },
    frequency: { type: 'string', enum: FREQUENCIES, default: '1d' },
    limit: limitSchema(50, 200),
    cursor: {
      type: 'string',
      pattern: '^[0-9]{1,9}$',
      title: 'the nextCursor of the page before, 1 to 9 digits',
      examples: ['50'],
      description: 'nextCursor of the page before',
    },
  },
  ['from'],
);

export function addDiffRoute(app: FastifyInstance, deps: ServerDeps, gate: ReadGate): void {
  app.get<{ Querystring: DiffParameters }>(
    '/api/v1/diff',
    { schema: { querystring } },
    async (request): Promise<DiffAnswer> => {
      const query = request.query;
      const status = deps.status();
      const from = parseAsOf(query.from, status, 'from') ?? 0;
      const to = parseAsOf(query.to, status, 'to') ?? status.settledUntil ?? status.now;
      requireOrder(from, to);
      const series = resolveSeries(query.series, to, deps.instruments);
      if (series.topic !== null) {
        throw new ProblemError(
          400,
          'A diff is told for market, an instrument or a sector; ask without topic:….',
        );
      }
      const { nextOffset, ...diff } = await gate(() =>
        deps.queries.diff({
          series: series.key,
          frequency: query.frequency,
          from,
          to,
          limit: query.limit,
          offset: Number(query.cursor ?? 0),
        }),
      );
      return {
        ...diff,
        nextCursor: nextOffset === null ? null : String(nextOffset),
        from: toIso(from),
        to: toIso(to),
        frequency: query.frequency,
        series: describeSeries(series.key, deps.instruments, series.topic),
      };
    },
  );
}
